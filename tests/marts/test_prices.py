"""Costs are those of genai-prices, to the last digit, for every model that it knows."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from genai_prices import Usage
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, Provider

from spanmart.warehouse.location import dbt_project_dir
from spanmart.warehouse.prices import STANDARD, PriceRow, price_rows, resolve_models, write_seed
from support.marts import NANOSECONDS, Marts, failed, span

MOMENTS = (
    datetime(2024, 6, 1, 12, tzinfo=UTC),
    datetime(2025, 11, 3, 3, 30, tzinfo=UTC),
    datetime(2026, 11, 25, 18, tzinfo=UTC),
)
# input, of it cached, output, of it reasoning
KEYS = ("input_tokens", "cache_read_tokens", "output_tokens", "output_reasoning_tokens")
SIZES = ((0, 0, 0, 0), (1_000, 0, 300, 0), (200_000, 150_000, 4_000, 1_000), (300_001, 7, 1, 1))


def models() -> Iterator[tuple[Provider, ModelInfo]]:
    for provider in get_snapshot().providers:
        for model in provider.models:
            yield provider, model


def contexts(model: ModelInfo) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {STANDARD: {}}
    for variant in model.price_variants or ():
        found[",".join(f"{key}={value}" for key, value in sorted(variant.when.items()))] = variant.when
    return found


def flat_cost(rows: list[PriceRow], moment: datetime, size: tuple[int, int, int, int]) -> Decimal:
    quantities = dict(zip(KEYS, size, strict=True))
    at = moment.strftime("%H:%M:%S")
    return sum(
        (
            row.usd_per_unit * quantities.get(row.usage_key, 1 if row.usage_key == "requests" else 0)
            for row in rows
            if row.valid_from <= moment.date() < row.valid_to
            and row.time_from <= at < row.time_to
            and row.input_tokens_above < size[0] <= row.input_tokens_upto
        ),
        Decimal(0),
    )


def usage(size: tuple[int, int, int, int]) -> Usage:
    given = {"input_tokens": size[0], "output_tokens": size[2]}
    given |= {"cache_read_tokens": size[1]} if size[1] else {}
    given |= {"output_reasoning_tokens": size[3]} if size[3] else {}
    return Usage(**given)


def test_the_flat_rows_cost_what_the_rules_cost() -> None:
    rows: dict[tuple[str, str, str], list[PriceRow]] = {}
    for row in price_rows():
        rows.setdefault((row.provider, row.model, row.price_context), []).append(row)
    differing, compared = [], 0
    for provider, model in models():
        for name, when in contexts(model).items():
            mine = rows.get((provider.id, model.id, name), [])
            for moment in MOMENTS:
                for size in SIZES:
                    price = model.calc_price(
                        usage(size), provider, genai_request_timestamp=moment, price_context=when
                    )
                    compared += 1
                    if flat_cost(mine, moment, size) != price.total_price:
                        differing.append((provider.id, model.id, name, moment, size))
    assert compared > 25_000
    assert differing == []


def test_the_seed_is_of_the_installed_prices(tmp_path: Path) -> None:
    write_seed(tmp_path / "model_prices.csv")
    committed = dbt_project_dir() / "seeds" / "model_prices.csv"
    assert committed.read_text() == (tmp_path / "model_prices.csv").read_text(), (
        "The price list has changed: make the seed anew with spanmart.warehouse.prices.write_seed."
    )


def test_names_are_matched_to_models_and_the_unknown_stay_unknown() -> None:
    called = [
        ("openai", "gpt-4o-mini-2024-07-18", ""),
        ("openai", "gpt-4o-mini-2024-07-18", "priority"),
        ("openai", "gpt-4o-mini-2024-07-18", "no such tier"),
        ("azure.ai.openai", "gpt-4o", ""),
        ("", "claude-opus-4-6", ""),
        ("openai", "llama-of-my-own", ""),
        ("my own provider", "gpt-4o", ""),
    ]
    names = pa.table(
        dict(zip(("provider", "model_used", "service_tier"), zip(*called, strict=True), strict=True))
    )
    assert [
        (row["price_provider"], row["price_model"], row["price_context"])
        for row in resolve_models(names).to_pylist()
    ] == [
        ("openai", "gpt-4o-mini", STANDARD),
        ("openai", "gpt-4o-mini", "service_tier=priority"),
        ("openai", "gpt-4o-mini", STANDARD),
        ("openai", "gpt-4o", STANDARD),
        ("anthropic", "claude-opus-4-6", STANDARD),
        (None, None, STANDARD),
        (None, None, STANDARD),
    ]


MODELS_TRIED = 40


@pytest.fixture(scope="module")
def booked(module_marts: Marts) -> dict[int, tuple[Any, Any]]:
    """By number of the call: what the mart says it costs and what genai-prices says."""
    sample = [(provider, model) for provider, model in models() if provider.find_model(model.id) is model]
    cases = [
        (number, *sample[index], size, moment)
        for number, (index, size, moment) in enumerate(
            (
                (index, size, moment)
                for index in range(0, len(sample), len(sample) // MODELS_TRIED)
                for size in SIZES
                for moment in MOMENTS
            ),
            start=1,
        )
    ]
    spans = [
        span(
            number,
            start=int(moment.timestamp()) * NANOSECONDS,
            attributes={
                "gen_ai.provider.name": provider.id,
                "gen_ai.response.model": model.id,
                "gen_ai.usage.input_tokens": size[0],
                "gen_ai.usage.cache_read.input_tokens": size[1],
                "gen_ai.usage.output_tokens": size[2],
                "gen_ai.usage.reasoning.output_tokens": size[3],
            },
        )
        for number, provider, model, size, moment in cases
    ]
    module_marts.build(*spans)
    costs = {
        int(row["span_id"], 16): row["estimated_cost_usd"]
        for row in module_marts.query("select span_id, estimated_cost_usd from interactions")
    }
    return {
        number: (
            costs[number],
            model.calc_price(usage(size), provider, genai_request_timestamp=moment).total_price,
        )
        for number, provider, model, size, moment in cases
    }


def test_interactions_cost_what_genai_prices_says(booked: dict[int, tuple[Any, Any]]) -> None:
    assert len(booked) > MODELS_TRIED * 12
    assert {number: pair for number, pair in booked.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize(
    ("attributes", "status"),
    [
        ({"gen_ai.response.model": "no-such-model"}, "unpriced"),
        ({"gen_ai.usage.cache_read.input_tokens": 1001}, "invalid_usage"),
        ({"gen_ai.usage.reasoning.output_tokens": 101}, "invalid_usage"),
        ({"gen_ai.usage.input_tokens": -1}, "invalid_usage"),
        ({"gen_ai.usage.input_tokens": None, "gen_ai.usage.cache_read.input_tokens": 1}, "invalid_usage"),
        ({"gen_ai.usage.input_tokens": None, "gen_ai.usage.output_tokens": None}, "no_usage"),
    ],
)
def test_an_unknown_cost_is_null_and_says_why(
    module_marts: Marts, booked: object, attributes: dict[str, Any], status: str
) -> None:
    module_marts.build(span(9000, attributes=attributes))
    row = module_marts.interaction(9000)
    assert (row["pricing_status"], row["estimated_cost_usd"]) == (status, None)


def test_a_failed_call_without_usage_costs_nothing_known(marts: Marts) -> None:
    marts.build(failed(1))
    assert marts.interaction()["pricing_status"] == "no_usage"


def test_costs_by_day_add_up_calls_and_count_those_without_a_price(marts: Marts) -> None:
    unknown = {"gen_ai.response.model": "no-such-model"}
    marts.build(
        span(1, attributes={"user.id": "ada"}),
        span(2, attributes={"user.id": "ada"}),
        span(3, attributes={"user.id": "bob", **unknown}),
        span(4, attributes={"user.id": "bob", "gen_ai.usage.cache_read.input_tokens": 5_000}),
    )
    rows = marts.query(
        "select user_id, model_used, interactions, input_tokens, estimated_cost_usd, unpriced_interactions,"
        " invalid_usage_interactions from costs_daily order by user_id, model_used"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("ada", "gpt-4o-mini-2024-07-18", 2, 2000, Decimal("0.00042"), 0, 0),
        ("bob", "gpt-4o-mini-2024-07-18", 1, 1000, None, 0, 1),
        ("bob", "no-such-model", 1, 1000, None, 1, 0),
    ]
