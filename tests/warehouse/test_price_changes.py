"""What differs between two price lists is told as prices, once for each time for which the same differs."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from genai_prices.types import ModelPrice, Tier, TieredPrices

from spanmart.warehouse.prices.price_changes import PriceChange, price_changes
from spanmart.warehouse.prices.price_rows import (
    EVERY_SIZE,
    FIRST_DAY,
    LAST_DAY,
    NO_TOKENS,
    STANDARD,
    WHOLE_DAY,
    PricedModel,
    PriceRow,
    rows_of_price,
)

MODEL = PricedModel("openai", "m", STANDARD)
ALWAYS = (FIRST_DAY, LAST_DAY)
TURN = date(2026, 7, 1)


def usd(amount: str | None) -> Decimal | None:
    return None if amount is None else Decimal(amount)


def rows(
    input_mtok: str, cache_read_mtok: str | None = None, days: tuple[date, date] = ALWAYS
) -> list[PriceRow]:
    price = ModelPrice(input_mtok=usd(input_mtok), cache_read_mtok=usd(cache_read_mtok))
    return list(rows_of_price(price, MODEL, days))


def change(price: str, old: str | None, new: str | None) -> PriceChange:
    return PriceChange(
        *("openai", "m", STANDARD, price, *ALWAYS, *WHOLE_DAY, NO_TOKENS, EVERY_SIZE), usd(old), usd(new)
    )


def test_equal_lists_differ_in_nothing() -> None:
    assert price_changes(rows("1", "0.5"), rows("1", "0.5")) == []


def test_a_price_is_told_whole_though_rates_are_marginal() -> None:
    assert price_changes(rows("1", "0.5"), rows("2", "0.5")) == [change("input_mtok", "1", "2")]
    assert price_changes(rows("1"), rows("1", "0.5")) == [change("cache_read_mtok", None, "0.5")]


def test_a_new_and_a_gone_model_differ_in_all_their_prices() -> None:
    assert price_changes([], rows("1")) == [change("input_mtok", None, "1")]
    assert price_changes(rows("1"), []) == [change("input_mtok", "1", None)]


def test_days_for_which_the_same_differs_are_told_together() -> None:
    halves = rows("2", days=(FIRST_DAY, TURN)) + rows("2", days=(TURN, LAST_DAY))
    assert price_changes(rows("1"), halves) == [change("input_mtok", "1", "2")]
    later = rows("1", days=(FIRST_DAY, TURN)) + rows("2", days=(TURN, LAST_DAY))
    assert price_changes(rows("1"), later) == [replace(change("input_mtok", "1", "2"), valid_from=TURN)]


def test_sizes_and_times_of_day_are_told_apart() -> None:
    tiered = ModelPrice(input_mtok=TieredPrices(Decimal(1), [Tier(200_000, Decimal(2))]))
    large = replace(change("input_mtok", "1", "2"), input_tokens_above=200_000)
    assert price_changes(rows("1"), rows_of_price(tiered, MODEL, ALWAYS)) == [large]
    night = ("00:00:00", "06:00:00")
    parts = [
        replace(row, time_from=time_from, time_to=time_to)
        for price, time_from, time_to in (("0.5", *night), ("1", night[1], WHOLE_DAY[1]))
        for row in rows(price)
    ]
    cheap = replace(change("input_mtok", "1", "0.5"), time_to="06:00:00")
    assert price_changes(rows("1"), parts) == [cheap]


def test_a_unit_that_this_genai_prices_does_not_know_is_told_by_its_rate() -> None:
    unknown = [replace(row, usage_key="thoughts", usd_per_unit=Decimal(3)) for row in rows("1")]
    assert price_changes([], unknown) == [change("thoughts", None, "3")]
