"""The listed prices with a folder's own laid over them: discounts first, then own prices, which are final."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from spanmart.warehouse.prices.custom_prices import Dated, Discount, OwnPrice, OwnPrices
from spanmart.warehouse.prices.price_rows import (
    EXACT,
    RATE_STEP,
    STANDARD,
    PricedModel,
    PriceRow,
    rows_of_price,
)

Rows = list[PriceRow]


def overlaid(listed: Iterable[PriceRow], own: OwnPrices) -> Rows:
    """The list that counts where the file says so, in a stable order."""
    by_model: dict[tuple[str, str], Rows] = {}
    for row in listed:
        by_model.setdefault((row.provider, row.model.lower()), []).extend(_discount(row, own.discounts))
    for price in own.models:
        name = (price.provider, price.model)
        by_model[name] = _replace_prices(by_model.get(name, []), price)
    return sorted(row for rows in by_model.values() for row in rows)


def _discount(row: PriceRow, discounts: Iterable[Discount]) -> Rows:
    fitting = [discount for discount in discounts if discount.fits(row.provider, row.model)]
    return [_less(part, fitting) for part in _split(row, fitting)] if fitting else [row]


def _less(row: PriceRow, discounts: list[Discount]) -> PriceRow:
    percent = next(
        (discount.percent for discount in reversed(discounts) if _covers(discount, row)), Decimal(0)
    )
    rate = EXACT.multiply(row.usd_per_unit, (100 - percent) / 100)
    return replace(row, usd_per_unit=rate.quantize(RATE_STEP, context=EXACT))


def _replace_prices(rows: Rows, own: OwnPrice) -> Rows:
    """The rows of one model with an own price instead of what they say for its time and context."""
    contexts = {own.price_context} if own.price_context else {STANDARD, *(row.price_context for row in rows)}
    for context in contexts - {row.price_context for row in rows}:
        rows = rows + [replace(row, price_context=context) for row in rows if row.price_context == STANDARD]
    kept = [
        part
        for row in rows
        for part in _split(row, [own])
        if not (part.price_context in contexts and _covers(own, part))
    ]
    name = rows[0].model if rows else own.model
    days = (own.valid_from, own.valid_to)
    for context in contexts:
        kept += rows_of_price(own.price, PricedModel(own.provider, name, context), days)
    return kept


def _split(row: PriceRow, entries: Iterable[Dated]) -> Iterator[PriceRow]:
    """The row in parts of which each is wholly within or without the days of each entry."""
    bounds = {row.valid_from, row.valid_to}
    bounds |= {
        day for entry in entries for day in (entry.valid_from, entry.valid_to) if _applies_on(day, row)
    }
    for valid_from, valid_to in pairwise(sorted(bounds)):
        yield replace(row, valid_from=valid_from, valid_to=valid_to)


def _applies_on(day: date, row: PriceRow) -> bool:
    return row.valid_from < day < row.valid_to


def _covers(entry: Dated, row: PriceRow) -> bool:
    return entry.valid_from <= row.valid_from and row.valid_to <= entry.valid_to
