"""What differs between two price lists, price by price, as people know prices."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby, pairwise
from operator import itemgetter
from typing import NamedTuple

from spanmart.warehouse.prices.price_rows import PriceRow, whole_prices

Model = tuple[str, str, str]


class _Span(NamedTuple):
    """Times of day and sizes of input within which no price of a model differs."""

    time_from: str
    time_to: str
    input_tokens_above: int
    input_tokens_upto: int


@dataclass(frozen=True)
class PriceChange:
    """One price that differs, on days from `valid_from` on and before `valid_to`, UTC.

    `price` is genai-prices' name of it: `input_mtok` is US dollars for a million input tokens. None: none.
    """

    provider: str
    model: str
    price_context: str
    price: str
    valid_from: date
    valid_to: date
    time_from: str
    time_to: str
    input_tokens_above: int
    input_tokens_upto: int
    old: Decimal | None
    new: Decimal | None

    @property
    def of(self) -> Model:
        return self.provider, self.model, self.price_context


def price_changes(old: Iterable[PriceRow], new: Iterable[PriceRow]) -> list[PriceChange]:
    """Every price that differs, in order of the models."""
    before, after = _group_by_model(old), _group_by_model(new)
    return [
        change
        for model in sorted(before.keys() | after.keys())
        if before.get(model) != after.get(model)
        for change in _compare_model(model, before.get(model, []), after.get(model, []))
    ]


def _group_by_model(rows: Iterable[PriceRow]) -> dict[Model, list[PriceRow]]:
    found: dict[Model, list[PriceRow]] = {}
    for row in sorted(rows):
        found.setdefault((row.provider, row.model, row.price_context), []).append(row)
    return found


def _compare_model(model: Model, old: Sequence[PriceRow], new: Sequence[PriceRow]) -> Iterator[PriceChange]:
    days = list(pairwise(sorted({day for row in (*old, *new) for day in (row.valid_from, row.valid_to)})))
    for span in _spans((*old, *new)):
        before, after = ([_prices(rows, since, span) for since, _ in days] for rows in (old, new))
        for price in sorted({price for prices in (*before, *after) for price in prices}):
            pairs = [(was.get(price), is_.get(price)) for was, is_ in zip(before, after, strict=True)]
            # Days on which the same differs are told together.
            for (was, is_), same in groupby(zip(days, pairs, strict=True), key=itemgetter(1)):
                if was != is_:
                    held = [day for day, _ in same]
                    yield PriceChange(
                        *model,
                        price=price,
                        valid_from=held[0][0],
                        valid_to=held[-1][1],
                        time_from=span.time_from,
                        time_to=span.time_to,
                        input_tokens_above=span.input_tokens_above,
                        input_tokens_upto=span.input_tokens_upto,
                        old=was,
                        new=is_,
                    )


def _spans(rows: Iterable[PriceRow]) -> Iterator[_Span]:
    times = {time for row in rows for time in (row.time_from, row.time_to)}
    sizes = {size for row in rows for size in (row.input_tokens_above, row.input_tokens_upto)}
    for time_from, time_to in pairwise(sorted(times)):
        for above, upto in pairwise(sorted(sizes)):
            yield _Span(time_from, time_to, above, upto)


def _prices(rows: Iterable[PriceRow], day: date, span: _Span) -> dict[str, Decimal]:
    prices = whole_prices(
        {
            row.usage_key: row.usd_per_unit
            for row in rows
            if row.valid_from <= day < row.valid_to
            and row.time_from <= span.time_from < row.time_to
            and row.input_tokens_above <= span.input_tokens_above < row.input_tokens_upto
        }
    )
    return {price: usd.normalize() for price, usd in prices.items()}
