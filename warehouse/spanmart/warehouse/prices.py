"""Prices as a table: genai-prices flattened into rows that SQL can add up, and the matching of model names.

genai-prices holds prices as rules: dated, by time of day, tiered by input size, varied by context, with
cached tokens inside input tokens. Evaluated at one moment of each period and one size of each tier, every
rule becomes a row, and each rate is stored as what one unit *more* costs: cached tokens are input tokens too,
so their rate is the cache's price less the input's. The cost of a call is then a sum of quantity times rate.
"""

import csv
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from datetime import UTC, date, datetime, time
from decimal import Context, Decimal
from functools import lru_cache
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
from genai_prices.data_snapshot import DataSnapshot, get_snapshot
from genai_prices.data_units import unit_data
from genai_prices.decompose import is_descendant_or_self
from genai_prices.types import (
    ModelInfo,
    ModelPrice,
    Provider,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
)
from genai_prices.units import UnitDef, UnitRegistry

STANDARD = "standard"  # the price context of a call that says nothing of its tier
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(9999, 12, 31)
END_OF_DAY = "24:00:00"
NO_TOKENS, EVERY_SIZE = -1, 2**62

# Names that the GenAI conventions give to providers, where genai-prices knows them by others.
PROVIDERS = {
    "azure.ai.inference": "azure",
    "azure.ai.openai": "azure",
    "gcp.gen_ai": "google",
    "gcp.gemini": "google",
    "gcp.vertex_ai": "google",
    "aws.bedrock": "aws",
    "mistral_ai": "mistral",
    "x_ai": "x-ai",
}

_EXACT = Context(prec=60)
# 24 decimals hold a price of 18 decimals for a million tokens exactly.
_RATE_STEP = Decimal(1).scaleb(-24)


@dataclass(frozen=True)
class PriceRow:
    """What one more unit of `usage_key` costs, for calls within the validity and the tier of input size.

    Dates and times are UTC; `valid_to`, `time_to` are the first moment after; a tier holds input sizes above
    `input_tokens_above` up to and with `input_tokens_upto`.
    """

    provider: str
    model: str
    price_context: str
    valid_from: date
    valid_to: date
    time_from: str
    time_to: str
    input_tokens_above: int
    input_tokens_upto: int
    usage_key: str
    direction: str
    usd_per_unit: Decimal


def price_rows(snapshot: DataSnapshot | None = None) -> Iterator[PriceRow]:
    """Every price of the snapshot (default: the installed genai-prices), flat and in a stable order."""
    registry = UnitRegistry(unit_data)
    for provider in sorted((snapshot or get_snapshot()).providers, key=lambda provider: provider.id):
        for model in sorted(provider.models, key=lambda model: model.id):
            yield from _rows_of(provider, model, registry)


def write_seed(path: Path) -> int:
    """Write the seed `model_prices` and return its number of rows."""
    rows = list(price_rows())
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(field.name for field in fields(PriceRow))
        writer.writerows((*astuple(row)[:-1], f"{row.usd_per_unit.normalize():f}") for row in rows)
    return len(rows)


def prices_version() -> str:
    """The version of the installed price list."""
    return version("genai-prices")


def resolve_models(called: pa.Table) -> pa.Table:
    """Whose price each called name has.

    `called` has the columns provider, model_used, service_tier; the answer adds price_provider, price_model
    (null where the name is unknown), price_context and prices_version.
    """
    names = [(row["provider"], row["model_used"], row["service_tier"]) for row in called.to_pylist()]
    found = [_resolve(*name) for name in names]
    return pa.table(
        {
            "provider": pa.array([name[0] for name in names], pa.string()),
            "model_used": pa.array([name[1] for name in names], pa.string()),
            "service_tier": pa.array([name[2] for name in names], pa.string()),
            "price_provider": pa.array([match[0] for match in found], pa.string()),
            "price_model": pa.array([match[1] for match in found], pa.string()),
            "price_context": pa.array([match[2] for match in found], pa.string()),
            "prices_version": pa.array([prices_version()] * len(names), pa.string()),
        }
    )


@lru_cache(maxsize=10_000)
def _resolve(provider: str, model: str, service_tier: str) -> tuple[str | None, str | None, str]:
    provider_id = PROVIDERS.get(provider, provider) or None
    snapshot = get_snapshot()
    try:
        seller, match = snapshot.find_provider_model(model, None, provider_id, None)
    except LookupError:
        return None, None, STANDARD
    # A provider may sell another's models at its standard prices: the rows stand under the other's name.
    maker = next(
        maker for maker in snapshot.providers if any(match is candidate for candidate in maker.models)
    )
    context = _context({"service_tier": service_tier})
    has_context = maker is seller and context in _contexts(match)
    return maker.id, match.id, context if has_context else STANDARD


def _context(when: dict[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted(when.items()))


def _contexts(model: ModelInfo) -> dict[str, dict[str, str]]:
    return {_context(variant.when): variant.when for variant in model.price_variants or ()}


def _rows_of(provider: Provider, model: ModelInfo, registry: UnitRegistry) -> Iterator[PriceRow]:
    days, times = _periods(model)
    for context, when in {STANDARD: {}, **_contexts(model)}.items():
        for (valid_from, valid_to), (time_from, time_to) in ((d, t) for d in days for t in times):
            moment = datetime.combine(valid_from, time.fromisoformat(time_from), UTC)
            price = model.get_prices(moment, when)
            for above, upto in _tiers(price):
                validity = (provider.id, model.id, context, valid_from, valid_to, time_from, time_to)
                for unit, rate in _rates(price, upto, registry):
                    direction = unit.dimensions.get("direction", "")
                    yield PriceRow(*validity, above, upto, unit.usage_key, direction, rate)


def _periods(model: ModelInfo) -> tuple[list[tuple[date, date]], list[tuple[str, str]]]:
    """The spans of days and of times of day within which no price of the model changes."""
    days, times = {FIRST_DAY, LAST_DAY}, {"00:00:00", END_OF_DAY}
    prices = [] if isinstance(model.prices, ModelPrice) else model.prices
    for conditional in (*prices, *(model.price_variants or ())):
        if isinstance(conditional.constraint, StartDateConstraint):
            days.add(conditional.constraint.start_date)
        elif isinstance(conditional.constraint, TimeOfDateConstraint):
            times |= {_utc(conditional.constraint.start_time), _utc(conditional.constraint.end_time)}
    return list(pairwise(sorted(days))), list(pairwise(sorted(times)))


def _utc(moment: time) -> str:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return datetime.combine(date(2000, 1, 2), aware).astimezone(UTC).time().isoformat("seconds")


def _priced_units(price: ModelPrice, registry: UnitRegistry) -> list[tuple[UnitDef, Decimal | TieredPrices]]:
    units = [
        (registry.unit_for_price_key(key), value) for key, value in vars(price).items() if value is not None
    ]
    # The more specific first, as it is taken out of the more general.
    return sorted(units, key=lambda priced: (-len(priced[0].dimensions), priced[0].usage_key))


def _tiers(price: ModelPrice) -> list[tuple[int, int]]:
    starts = {
        tier.start
        for value in vars(price).values()
        if isinstance(value, TieredPrices)
        for tier in value.tiers
    }
    return list(pairwise([NO_TOKENS, *sorted(starts), EVERY_SIZE]))


def _rates(price: ModelPrice, input_tokens: int, registry: UnitRegistry) -> Iterator[tuple[UnitDef, Decimal]]:
    """The marginal rates; a model that is listed without any is free, and has a row that says so."""
    found = list(_marginal_rates(price, input_tokens, registry))
    yield from found or [(registry.units["requests"], Decimal(0))]


def _marginal_rates(
    price: ModelPrice, input_tokens: int, registry: UnitRegistry
) -> Iterator[tuple[UnitDef, Decimal]]:
    """Price per unit less that of the units it is part of, at an input of that many tokens."""
    units = _priced_units(price, registry)
    # Of each unit, how the quantities add up to the part of it that nothing more specific covers.
    own_parts: dict[str, dict[str, int]] = {}
    rates = {unit.usage_key: Decimal(0) for unit, _ in units}
    for unit, value in units:
        own = {unit.usage_key: 1}
        for finer, _ in units:
            if finer is not unit and is_descendant_or_self(unit, finer):
                for usage_key, share in own_parts[finer.usage_key].items():
                    own[usage_key] = own.get(usage_key, 0) - share
        own_parts[unit.usage_key] = own
        usd = _EXACT.divide(_price_at(value, input_tokens), Decimal(unit.per))
        for usage_key, share in own.items():
            rates[usage_key] += share * usd
    for unit, _ in units:
        yield unit, rates[unit.usage_key].quantize(_RATE_STEP, context=_EXACT)


def _price_at(value: Decimal | TieredPrices, input_tokens: int) -> Decimal:
    if isinstance(value, Decimal):
        return value
    reached = [tier.price for tier in value.tiers if input_tokens > tier.start]
    return reached[-1] if reached else value.base
