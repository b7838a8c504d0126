"""Costs are those of genai-prices, to the last digit, for every model that it knows.

`SPANMART_PRICE_CASES=all pytest tests/marts/test_prices.py` tries every moment at which a price changes and
every size at which a tier ends; without, three moments and four sizes of each model and context.
"""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from genai_prices import Usage, calc_price
from genai_prices.data_snapshot import get_snapshot

from spanmart.warehouse.prices.custom_prices import OwnPrices
from spanmart.warehouse.prices.genai_catalog import find_provider
from spanmart.warehouse.prices.price_list import PriceList
from spanmart.warehouse.prices.price_rows import STANDARD
from spanmart.warehouse.prices.sellers import sellers
from support.marts import Marts
from support.price_cases import MOMENTS, Case, Costs, Size, boundary_cases, cases, contexts, costs, models
from support.spans import NANOSECONDS, failed, span

EVERY_CASE = os.environ.get("SPANMART_PRICE_CASES") == "all"


def test_every_model_costs_what_genai_prices_says(module_marts: Marts) -> None:
    module_marts.build(span(1))
    tried = list(cases(EVERY_CASE))
    assert len(tried) > 12 * len(list(models()))
    assert differing(module_marts, tried) == []


def test_a_tier_begins_where_genai_prices_says(module_marts: Marts) -> None:
    module_marts.build(span(1))
    tried = list(boundary_cases())
    assert len(tried) > 1000
    assert differing(module_marts, tried) == []


def differing(marts: Marts, tried: Sequence[Case]) -> list[tuple[Case, Costs]]:
    return [
        (case, cost) for case, cost in zip(tried, costs(marts, tried), strict=True) if cost != case.expected()
    ]


@pytest.mark.parametrize(
    ("called", "priced"),
    [
        (("openai", "gpt-4o-mini-2024-07-18", ""), ("openai", "gpt-4o-mini", STANDARD)),
        (("openai", "gpt-4o-mini", "priority"), ("openai", "gpt-4o-mini", "service_tier=priority")),
        (("openai", "gpt-4o-mini", "no such tier"), ("openai", "gpt-4o-mini", STANDARD)),
        (("azure.ai.openai", "gpt-4o", "priority"), ("azure", "openai/gpt-4o", STANDARD)),
        (("", "claude-opus-4-6", ""), ("anthropic", "claude-opus-4-6", STANDARD)),
        (("openai", "llama-of-my-own", ""), (None, None, STANDARD)),
        (("my own provider", "gpt-4o", ""), ("openai", "gpt-4o", STANDARD)),
        (("strands-agents", "gpt-4o-mini", ""), ("openai", "gpt-4o-mini", STANDARD)),
        (("", "text-embedding-3-small", ""), ("openai", "text-embedding-3-small", STANDARD)),
        (("openai", "gemini-2.5-flash", ""), ("google", "gemini-2.5-flash", STANDARD)),
        (("openai", "ft:gpt-4o-mini-2024-07-18:org::id", ""), ("openai", "ft:gpt-4o-mini", STANDARD)),
        (("openrouter", "gpt-4o-mini", ""), ("openrouter", "openai/gpt-4o-mini", STANDARD)),
        (
            ("aws", "claude-sonnet-4-5-20250929", ""),
            ("aws", "regional.anthropic.claude-sonnet-4-5-20250929-v1:0", STANDARD),
        ),
        (
            ("aws", "global.claude-sonnet-4-5-20250929", ""),
            ("aws", "global.anthropic.claude-sonnet-4-5-20250929-v1:0", STANDARD),
        ),
        (("openai", "gpt-4.1", "batch"), ("openai", "gpt-4.1", "processing=batch")),
        (("openai", "gpt-4.1", "PRIORITY"), ("openai", "gpt-4.1", "service_tier=priority")),
        (("anthropic", "claude-opus-4-8", "fast"), ("anthropic", "claude-opus-4-8", "speed=fast")),
        # What is run on one's own machines has no price, and others' models no other seller's.
        (("ollama", "gpt-4o", ""), (None, None, STANDARD)),
        (("groq", "deepseek-chat", ""), (None, None, STANDARD)),
    ],
)
def test_names_are_matched_to_models_and_the_unknown_stay_unknown(
    called: tuple[str, str, str], priced: tuple[str | None, str | None, str]
) -> None:
    name = PriceList(OwnPrices()).matcher.match(*called)
    assert (name.price_provider, name.price_model, name.price_context) == priced


def test_every_seller_has_the_name_that_the_price_list_has() -> None:
    known = {provider.id for provider in get_snapshot().providers}
    unknown = {seller for seller in sellers().values() if seller not in known}
    assert unknown == {"deepinfra", "huggingface", "nvidia", "ollama", "replicate", "vllm", "watsonx"}
    assert {name: find_provider(name) for name in sellers()} == sellers()


def sold_names() -> Iterator[tuple[str, str, str]]:
    """Provider, name and context of all that a provider sells, also of other providers' models.

    But for names that have and have not their maker's before them: the marts know no difference.
    """
    makers = {provider.id: provider for provider in get_snapshot().providers}
    for provider in makers.values():
        for maker in (provider, *(makers[name] for name in provider.fallback_model_providers or ())):
            for model in maker.models:
                if (provider.id == "openrouter" and "/" not in model.id) or model.id == "perplexity/sonar":
                    continue
                for context in contexts(model):
                    if context == STANDARD or context.startswith(("service_tier=", "processing=", "speed=")):
                        yield provider.id, model.id, context


def stated_cost(provider: str, model: str, context: str, at: datetime) -> Decimal | None:
    usage = Usage(
        input_tokens=3_000,
        cache_read_tokens=2_000,
        cache_write_tokens=500,
        output_tokens=100,
        output_reasoning_tokens=30,
    )
    when = None if context == STANDARD else dict([context.split("=")])
    # Its names are whole there, but not in the list.
    before = "accounts/fireworks/models/" if provider == "fireworks" else ""
    try:
        return calc_price(
            usage, f"{before}{model}", provider_id=provider, genai_request_timestamp=at, price_context=when
        ).total_price
    except LookupError:
        return None


def test_a_span_costs_what_genai_prices_says_of_its_names(module_marts: Marts) -> None:
    sold = list(sold_names())
    sold = sold if EVERY_CASE else sold[::10]
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    spans = [
        span(
            number,
            start=int(at.timestamp()) * NANOSECONDS,
            attributes={
                "gen_ai.provider.name": provider,
                "gen_ai.response.model": model,
                "openai.response.service_tier": None if context == STANDARD else context.split("=")[1],
                "gen_ai.usage.input_tokens": 3_000,
                "gen_ai.usage.cache_read.input_tokens": 2_000,
                "gen_ai.usage.cache_creation.input_tokens": 500,
                "gen_ai.usage.output_tokens": 100,
                "gen_ai.usage.reasoning.output_tokens": 30,
            },
        )
        for number, (provider, model, context) in enumerate(sold, start=1)
    ]
    module_marts.build(*spans)
    costs = {
        int(row["span_id"], 16): row["estimated_cost_usd"]
        for row in module_marts.query("select span_id, estimated_cost_usd from interactions")
    }
    assert [
        (*names, costs[number])
        for number, names in enumerate(sold, start=1)
        if costs[number] != stated_cost(*names, at)
    ] == []


@pytest.mark.parametrize(
    ("model", "size", "cost"),
    [
        ("gpt-4.1", Size(1_000, output_tokens=100), "0.0028"),
        ("gpt-4.1", Size(1_000, output_tokens=100, web_searches=2), "0.0228"),
        ("gpt-4.1", Size(1_000, output_tokens=100, storage_searches=3), "0.0103"),
        ("gpt-4.1", Size(1_000, output_tokens=100, code_executions=1), "0.0328"),
        ("claude-sonnet-4-5", Size(11_935, 5_758, 6_174, 100), "0.0263889"),
        ("claude-sonnet-4-5", Size(11_935, 5_758, 6_174, 100, cache_write_1h_tokens=6_174), "0.0402804"),
        ("gemini-2.5-flash", Size(1_000, output_tokens=900, output_reasoning_tokens=500), "0.00255"),
    ],
)
def test_what_is_paid_for_beside_plain_tokens(module_marts: Marts, model: str, size: Size, cost: str) -> None:
    module_marts.build(span(1))
    [case] = [
        Case(provider, known, STANDARD, MOMENTS[-1], size)
        for provider, known in models()
        if known.id == model and provider.id in ("openai", "anthropic", "google")
    ][:1]
    assert costs(module_marts, [case]) == [(Decimal(cost),) * 3]


@pytest.mark.parametrize(
    ("attributes", "status"),
    [
        ({"gen_ai.response.model": "no-such-model"}, "unpriced"),
        ({"gen_ai.usage.cache_read.input_tokens": 1001}, "invalid_usage"),
        ({"gen_ai.usage.reasoning.output_tokens": 101}, "invalid_usage"),
        ({"gen_ai.usage.audio.input_tokens": 1001}, "invalid_usage"),
        ({"gen_ai.usage.image.output_tokens": 101}, "invalid_usage"),
        ({"gen_ai.usage.input_tokens": -1}, "invalid_usage"),
        ({"gen_ai.usage.input_tokens": None, "gen_ai.usage.cache_read.input_tokens": 1}, "invalid_usage"),
        ({"gen_ai.usage.input_tokens": None, "gen_ai.usage.output_tokens": None}, "no_usage"),
    ],
)
def test_an_unknown_cost_is_null_and_says_why(
    module_marts: Marts, attributes: dict[str, Any], status: str
) -> None:
    module_marts.build(span(90_000, attributes=attributes))
    row = module_marts.interaction(90_000)
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
        failed(5, attributes={"user.id": "cyd", **unknown}),
    )
    rows = marts.query(
        "select user_id, model_used, interactions, input_tokens, estimated_cost_usd, unpriced_interactions,"
        " invalid_usage_interactions, no_usage_interactions from costs_daily order by user_id, model_used"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("ada", "gpt-4o-mini-2024-07-18", 2, 2000, Decimal("0.00042"), 0, 0, 0),
        ("bob", "gpt-4o-mini-2024-07-18", 1, 1000, None, 0, 1, 0),
        ("bob", "no-such-model", 1, 1000, None, 1, 0, 0),
        ("cyd", "no-such-model", 1, None, None, 0, 0, 1),
    ]
