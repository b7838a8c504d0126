"""A price as rows that SQL can add up.

A price has tiers by input size, and cached tokens inside input tokens. At one size of each tier it becomes
rows, and each rate is stored as what one unit *more* costs: cached tokens are input tokens too, so their rate
is the cache's price less the input's. The cost of a call is then a sum of quantity times rate.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from itertools import pairwise

from genai_prices.data_units import unit_data
from genai_prices.decompose import is_descendant_or_self
from genai_prices.types import ModelPrice, TieredPrices
from genai_prices.units import UnitDef, UnitRegistry

STANDARD = "standard"  # the price context of a call that says nothing of its tier
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(9999, 12, 31)
WHOLE_DAY = ("00:00:00", "24:00:00")
NO_TOKENS, EVERY_SIZE = -1, 2**62
UNITS = UnitRegistry(unit_data)

EXACT = Context(prec=60)
# 24 decimals hold a price of 18 decimals for a million tokens exactly.
RATE_STEP = Decimal(1).scaleb(-24)


@dataclass(frozen=True, order=True)
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
    usd_per_unit: Decimal


@dataclass(frozen=True)
class PricedModel:
    """What prices are of: a model, as a provider sells it in a context such as `service_tier=flex`."""

    provider: str
    model: str
    price_context: str


def context_of(when: dict[str, str]) -> str:
    """The name of a context of prices."""
    return ",".join(f"{key}={value}" for key, value in sorted(when.items())) or STANDARD


def contexts_of_tier(service_tier: str) -> list[str]:
    """The contexts that a tier may mean: senders say batch processing and fast answers in the same place."""
    return [context_of({key: service_tier.lower()}) for key in ("service_tier", "processing", "speed")]


def rows_of_price(
    price: ModelPrice, model: PricedModel, days: tuple[date, date], times: tuple[str, str] = WHOLE_DAY
) -> Iterator[PriceRow]:
    """One price, valid on these days at these times, by tier and kind of usage."""
    for above, upto in _tiers(price):
        for usage_key, rate in _rates(price, upto):
            yield PriceRow(
                model.provider,
                model.model,
                model.price_context,
                *days,
                *times,
                input_tokens_above=above,
                input_tokens_upto=upto,
                usage_key=usage_key,
                usd_per_unit=rate,
            )


def whole_prices(rates: dict[str, Decimal]) -> dict[str, Decimal]:
    """From marginal rates by usage key to prices as people know them, such as `input_mtok`."""
    # Another genai-prices may know units that this one does not.
    prices = {usage_key: rate for usage_key, rate in rates.items() if usage_key not in UNITS.units}
    units = [UNITS.units[usage_key] for usage_key in rates if usage_key in UNITS.units]
    for unit in units:
        whole = (rates[general.usage_key] for general in units if is_descendant_or_self(general, unit))
        prices[unit.price_key] = unit.per * sum(whole, Decimal(0))
    return prices


def _tiers(price: ModelPrice) -> list[tuple[int, int]]:
    starts = {
        tier.start
        for value in vars(price).values()
        if isinstance(value, TieredPrices)
        for tier in value.tiers
    }
    return list(pairwise([NO_TOKENS, *sorted(starts), EVERY_SIZE]))


def _rates(price: ModelPrice, input_tokens: int) -> Iterable[tuple[str, Decimal]]:
    """The marginal rates; a model that is listed without any is free, and has a row that says so."""
    return list(_marginal_rates(price, input_tokens)) or [("requests", Decimal(0))]


def _marginal_rates(price: ModelPrice, input_tokens: int) -> Iterator[tuple[str, Decimal]]:
    """Price per unit less that of the units it is part of, at an input of that many tokens.

    Prices are told of overlapping counts: cached tokens are input tokens, and cached audio tokens are both
    audio and cached. A price list charges each token by the most specific price that fits. Here every count
    is charged with a rate of its own instead, so that a cost is one sum of counts times rates: the rate of
    cached tokens is what one costs more than an input token, which is mostly less than nothing.

    For that, each unit's own part (what no finer unit covers) is written as a combination of all counts, the
    finest first: its own count, less the own parts of the units within it. The price of a unit is then spread
    over the counts of its own part, and the rates of each count are added up.
    """
    units = _list_priced_units(price)
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
        usd = EXACT.divide(_price_at(value, input_tokens), Decimal(unit.per))
        for usage_key, share in own.items():
            rates[usage_key] += share * usd
    for usage_key, rate in rates.items():
        yield usage_key, rate.quantize(RATE_STEP, context=EXACT)


def _list_priced_units(price: ModelPrice) -> list[tuple[UnitDef, Decimal | TieredPrices]]:
    units = [
        (UNITS.unit_for_price_key(key), value) for key, value in vars(price).items() if value is not None
    ]
    # The more specific first, as it is taken out of the more general.
    return sorted(units, key=lambda priced: (-len(priced[0].dimensions), priced[0].usage_key))


def _price_at(value: Decimal | TieredPrices, input_tokens: int) -> Decimal:
    if isinstance(value, Decimal):
        return value
    reached = [tier.price for tier in value.tiers if input_tokens > tier.start]
    return reached[-1] if reached else value.base
