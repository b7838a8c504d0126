"""Price lists and their differences as tables for a person."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

import click

from spanmart.warehouse.prices.custom_prices import OwnPrices
from spanmart.warehouse.prices.price_rows import (
    EVERY_SIZE,
    FIRST_DAY,
    LAST_DAY,
    NO_TOKENS,
    STANDARD,
    WHOLE_DAY,
)

if TYPE_CHECKING:
    from spanmart.warehouse.prices.diff import PriceDiff, Repriced
    from spanmart.warehouse.prices.price_changes import PriceChange
    from spanmart.warehouse.prices.price_lists import RecordedList

NO_PRICE = "-"
HOW_TO_APPLY = """
The next `spanmart build` or start of `spanmart up` puts this into force; one that runs does when the file of
own prices is saved. Costs are then computed anew; what was booked stays.
"""


def show_lists(lists: Sequence["RecordedList"]) -> None:
    """Print the lists, the one in force first."""
    heading = ("LIST", "IN FORCE FROM", "GENAI-PRICES", "PROVIDERS", "MODELS", "OWN PRICES")
    _print_table(
        heading,
        [
            (
                str(each.number),
                "the beginning" if each is lists[0] else f"{each.in_force_from:%Y-%m-%d %H:%M}",
                each.genai_prices,
                str(each.providers),
                str(each.models),
                _entries(each.own_prices),
            )
            for each in reversed(lists)
        ],
    )


def show_diff(diff: "PriceDiff", everything: bool) -> None:
    """Print the prices that would change, those of calls alone unless `everything`, and the calls' cost."""
    shown = [*diff.called_prices, *(diff.other_prices if everything else ())]
    hidden = 0 if everything else len(diff.other_prices)
    if not shown and not hidden and not diff.calls:
        click.echo("Nothing would change.")
        return
    if shown:
        _print_table(("PROVIDER", "MODEL", "PRICE", "FOR", "OLD", "NEW"), map(_price_row, shown), numbers=2)
    if hidden:
        click.echo(f"{hidden} prices that no call in the marts has would change too: --all shows them.")
    click.echo()
    if diff.calls:
        heading = ("PROVIDER", "MODEL", "CALLS", "OLD COST", "NEW COST", "DIFFERENCE")
        _print_table(heading, [*map(_call_row, diff.calls), _total_row(diff.calls)], numbers=4)
    else:
        click.echo("No call in the marts would cost anything else.")
    click.echo(HOW_TO_APPLY, nl=False)


def _entries(own_prices: str) -> str:
    own = OwnPrices.recorded(own_prices)
    counts = {"prices": len(own.models), "discounts": len(own.discounts), "aliases": len(own.aliases)}
    return ", ".join(f"{name}: {count}" for name, count in counts.items() if count) or "none"


def _price_row(change: "PriceChange") -> tuple[str, ...]:
    when = ", ".join(_when(change)) or "always"
    return (change.provider, change.model, change.price, when, _plain(change.old), _plain(change.new))


def _when(change: "PriceChange") -> Iterator[str]:
    if change.price_context != STANDARD:
        yield change.price_context
    if change.valid_from != FIRST_DAY:
        yield f"from {change.valid_from}"
    if change.valid_to != LAST_DAY:
        yield f"before {change.valid_to}"
    if (change.time_from, change.time_to) != WHOLE_DAY:
        yield f"{change.time_from[:5]} to {change.time_to[:5]}"
    if change.input_tokens_above != NO_TOKENS:
        yield f"input above {change.input_tokens_above}"
    if change.input_tokens_upto != EVERY_SIZE:
        yield f"input up to {change.input_tokens_upto}"


def _call_row(calls: "Repriced") -> tuple[str, ...]:
    difference = (calls.new_usd or Decimal(0)) - (calls.old_usd or Decimal(0))
    money = (_usd(calls.old_usd), _usd(calls.new_usd), f"{difference:+,.6f}")
    return (calls.provider or NO_PRICE, calls.model_used, str(calls.calls), *money)


def _total_row(calls: Sequence["Repriced"]) -> tuple[str, ...]:
    old = sum((each.old_usd or Decimal(0) for each in calls), Decimal(0))
    new = sum((each.new_usd or Decimal(0) for each in calls), Decimal(0))
    total = str(sum(each.calls for each in calls))
    return ("all", "", total, _usd(old), _usd(new), f"{new - old:+,.6f}")


def _usd(amount: Decimal | None) -> str:
    return NO_PRICE if amount is None else f"{amount:,.6f}"


def _plain(price: Decimal | None) -> str:
    return NO_PRICE if price is None else f"{price.normalize():f}"


def _print_table(heading: Sequence[str], rows: Iterable[Sequence[str]], numbers: int = 0) -> None:
    """Print columns; the last `numbers` of them end where their headings end."""
    table = [heading, *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    words = len(heading) - numbers
    for row in table:
        cells = [
            cell.ljust(width) if place < words else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        click.echo("  ".join(cells).rstrip())
