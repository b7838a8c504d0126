"""Calls at whose price the marts and genai-prices must agree, and what each of the two says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pyarrow as pa
from genai_prices import Usage
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import (
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    PriceVariant,
    Provider,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
)

from spanmart.warehouse.prices.price_rows import STANDARD
from support.marts import Marts

MOMENTS = (
    datetime(2024, 6, 1, 12, tzinfo=UTC),
    datetime(2025, 11, 3, 3, 30, tzinfo=UTC),
    datetime(2026, 11, 25, 18, tzinfo=UTC),
)
# Columns of the marts, each with what genai-prices calls it.
COUNTS = {
    "input_tokens": "input_tokens",
    "cached_input_tokens": "cache_read_tokens",
    "cache_write_tokens": "cache_write_tokens",
    "cache_write_1h_tokens": "cache_write_1h_tokens",
    "output_tokens": "output_tokens",
    "reasoning_tokens": "output_reasoning_tokens",
    "input_audio_tokens": "input_audio_tokens",
    "cached_audio_tokens": "cache_audio_read_tokens",
    "input_image_tokens": "input_image_tokens",
    "cached_image_tokens": "cache_image_read_tokens",
    "output_audio_tokens": "output_audio_tokens",
    "output_image_tokens": "output_image_tokens",
    "web_searches": "web_searches",
    "file_searches": "storage_searches",
    "code_interpreter_calls": "code_executions",
}
CALLS = "scratch.intermediate.int_interactions_normalised"
MODELS = "intermediate.int_price_models"
COSTS = """
select estimated_cost_usd, cost_at_current_prices_usd, booked_cost_usd
from scratch.intermediate.int_costs order by interaction_id::bigint
"""

Costs = tuple[Decimal | None, Decimal | None, Decimal | None]


@dataclass(frozen=True)
class Size:
    """Tokens of a call; those of the cache are input, those of reasoning output. None is not told."""

    input_tokens: int
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    output_reasoning_tokens: int = 0
    input_audio_tokens: int = 0
    cache_audio_read_tokens: int | None = 0
    input_image_tokens: int = 0
    cache_image_read_tokens: int | None = 0
    output_audio_tokens: int = 0
    output_image_tokens: int = 0
    cache_write_1h_tokens: int = 0
    web_searches: int = 0
    storage_searches: int = 0
    code_executions: int = 0

    def usage(self) -> Usage:
        return Usage(**vars(self))


SIZES = (
    Size(0),
    Size(1_000, output_tokens=300),
    Size(200_000, 150_000, 30_000, 4_000, 1_000),
    Size(300_001, 7, 0, 1, 1),
    Size(10_000, 6_000, 0, 900, 50, 5_000, 4_000, 3_000, 1_500, 600, 200),
    Size(10_000, 6_000, 0, 900, 50, 5_000, None, 3_000, None, 600, 200),
    Size(10_000, 2_000, 6_000, 900, cache_write_1h_tokens=4_000, web_searches=2, storage_searches=3),
)


@dataclass(frozen=True)
class Case:
    """A call of a model under a context of prices."""

    provider: Provider
    model: ModelInfo
    context: str
    moment: datetime
    size: Size

    @property
    def when(self) -> dict[str, str]:
        return {} if self.context == STANDARD else dict(pair.split("=") for pair in self.context.split(","))

    def expected(self) -> Costs:
        """What genai-prices says: at its time, today at the same time of day, and again at its time."""
        today = datetime.combine(datetime.now(UTC), self.moment.timetz())
        then, now = (self._stated(moment) for moment in (self.moment, today))
        return then, now, then

    def _stated(self, moment: datetime) -> Decimal | None:
        try:
            return self.model.calc_price(
                self.size.usage(), self.provider, genai_request_timestamp=moment, price_context=self.when
            ).total_price
        except ValueError:  # cached audio has a price of its own, and how much there is is not told
            return None


def models() -> Iterator[tuple[Provider, ModelInfo]]:
    for provider in get_snapshot().providers:
        for model in provider.models:
            yield provider, model


def contexts(model: ModelInfo) -> list[str]:
    variants = [variant.when for variant in model.price_variants or ()]
    return [STANDARD, *{",".join(f"{key}={when[key]}" for key in sorted(when)) for when in variants}]


def cases(everything: bool) -> Iterator[Case]:
    """Every model and context, at three moments and four sizes; or wherever a price changes as well."""
    for provider, model in models():
        moments = [*MOMENTS, *_changes(model)] if everything else MOMENTS
        sizes = [*SIZES, *_around_tiers(model)] if everything else SIZES
        for context in contexts(model):
            for moment in moments:
                for size in sizes:
                    yield Case(provider, model, context, moment, size)


def boundary_cases() -> Iterator[Case]:
    """The sizes before, at and after the end of each tier of every model that has tiers."""
    for provider, model in models():
        for context in contexts(model):
            for start in _tier_starts(model):
                for tokens in (start - 1, start, start + 1):
                    # What is read from the cache and written to it is input, too.
                    for size in (Size(tokens, output_tokens=7), Size(tokens, tokens // 2, tokens // 3, 7)):
                        yield Case(provider, model, context, MOMENTS[-1], size)


def _conditions(model: ModelInfo) -> list[ConditionalPrice | PriceVariant]:
    dated = [] if isinstance(model.prices, ModelPrice) else model.prices
    return [*dated, *(model.price_variants or ())]


def _changes(model: ModelInfo) -> Iterator[datetime]:
    """The first moment of each price and the last before it."""
    for condition in _conditions(model):
        match condition.constraint:
            case StartDateConstraint(start_date=day):
                first = [datetime.combine(day, time(), UTC)]
            case TimeOfDateConstraint(start_time=start, end_time=end):
                first = [
                    datetime.combine(date(2026, 11, 20), moment, moment.tzinfo or UTC)
                    for moment in (start, end)
                ]
            case None:
                first = []
        for moment in first:
            yield from (moment.astimezone(UTC), moment.astimezone(UTC) - timedelta(microseconds=1))


def _around_tiers(model: ModelInfo) -> Iterator[Size]:
    """The last size of each tier and the first of the next, with and without each kind of tokens."""
    starts = _tier_starts(model)
    for tokens in sorted({start + more for start in starts for more in (0, 1)} | {1, 999_999_999}):
        yield Size(tokens)
        yield Size(tokens, cache_read_tokens=tokens)
        yield Size(tokens, cache_write_tokens=tokens)
        yield Size(tokens, tokens // 3, tokens // 2, 77_777, 77_777)
        yield Size(
            tokens,
            cache_read_tokens=tokens // 3,
            output_tokens=77_777,
            input_audio_tokens=tokens // 3,
            cache_audio_read_tokens=tokens // 4,
            input_image_tokens=tokens // 5,
            output_audio_tokens=7_777,
            output_image_tokens=777,
        )


def _tier_starts(model: ModelInfo) -> set[int]:
    prices = [model.prices] if isinstance(model.prices, ModelPrice) else []
    prices += [condition.prices for condition in _conditions(model)]
    values = [value for price in prices for value in vars(price).values()]
    return {tier.start for value in values if isinstance(value, TieredPrices) for tier in value.tiers}


def costs(marts: Marts, of: Sequence[Case]) -> list[Costs]:
    """What the marts' own models say that these calls cost: at their time, today, and as booked."""
    names = [f"{case.provider.id} {case.model.id} {case.context}" for case in of]
    calls = {
        "interaction_id": pa.array(range(len(of))).cast(pa.string()),
        "model_used": names,
        "created_at": pa.array([case.moment.replace(tzinfo=None) for case in of], pa.timestamp("us")),
        "ingested_at": pa.array([datetime(2026, 11, 26)] * len(of), pa.timestamp("us")),
        **{count: [getattr(case.size, key) for case in of] for count, key in COUNTS.items()},
    }
    priced = [
        {
            "price_list": 1,
            "provider": "",
            "model_used": name,
            "service_tier": "",
            "price_provider": case.provider.id,
            "price_model": case.model.id,
            "price_context": case.context,
        }
        for name, case in dict(zip(names, of, strict=True)).items()
    ]
    return _priced(marts, pa.table(calls), pa.Table.from_pylist(priced))


def _priced(marts: Marts, calls: pa.Table, priced: pa.Table) -> list[Costs]:
    """As if a refresh had just normalised the calls and matched their models' names."""
    with marts.warehouse.cursor() as cursor:
        for table, rows in ((CALLS, calls), (MODELS, priced)):
            cursor.execute(f"delete from {table}")
            cursor.register("arriving", rows)
            cursor.execute(f"insert into {table} by name select * from arriving")
        refresher = marts.refresher
        refresher._dbt._run(("run", "--select", "int_price_rates", "int_costs"), refresher._variables(), None)
        return cursor.execute(COSTS).fetchall()
