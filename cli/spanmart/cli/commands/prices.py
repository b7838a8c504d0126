"""`spanmart prices`: which price list is in force and what an update would change; also while `up` runs."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from spanmart.cli.control.local_or_remote import open_local_or_remote
from spanmart.cli.settings.click_options import CannotStart, settings_from, settings_options

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from spanmart.cli.control.prices import Prices, RemotePrices
    from spanmart.cli.settings.settings import Settings
    from spanmart.warehouse.prices.price_list import PriceList

NONE_YET = "No price list is in force yet: the first `spanmart up` or `spanmart build` puts one into force."


@click.group("prices")
def command() -> None:
    """Show the prices that costs are computed from, and what an update would change.

    \b
    Examples:
      spanmart prices show                              which list is in force, and which were
      spanmart prices diff                              what an update would change, and what calls would cost
      spanmart prices diff --prices-file draft.toml     what own prices would change, before they are in place
      spanmart prices export --output prices.csv        every price, as a table

    Prices are those of the installed package genai-prices. A file prices.toml in the data folder adds to
    them: models of your own, other prices, discounts of a contract, aliases. Saving it is enough: costs
    follow. What was booked for a call when it landed never changes: see booked_cost_usd in the marts.
    """


@command.command()
@settings_options("data", "prices_file")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def show(as_json: bool, **flags: object) -> None:
    """Show which price list is in force, and which were before.

    \b
    Examples:
      spanmart prices show                     also while `spanmart up` runs
      spanmart prices show --json              for a script

    A list is in force for the calls that land from then on: what these cost is booked by it.
    """
    from spanmart.cli.price_tables import show_lists  # noqa: PLC0415

    settings = settings_from(flags)
    installed = _read_installed(settings)
    with _prices_of(settings.data) as here:
        lists = here.lists()
    if not lists:
        raise CannotStart(NONE_YET)
    waits = installed.digest != lists[-1].digest
    if as_json:
        _print_json({"lists": lists, "update_waits": waits})
        return
    show_lists(lists)
    state = "waits: see `spanmart prices diff`" if waits else "is in force"
    click.echo(f"Installed: genai-prices {installed.version}, own prices from {installed.own.path}: {state}.")


@command.command()
@settings_options("data", "prices_file")
@click.option("--all", "everything", is_flag=True, help="Show also prices that no call in the marts has.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print all of it as JSON; money is text, to stay exact."
)
def diff(everything: bool, as_json: bool, **flags: object) -> None:
    """Show what an update would change before it is in force: prices, and the cost of calls in the marts.

    \b
    Examples:
      spanmart prices diff                              after `pip install --upgrade genai-prices`
      spanmart prices diff --prices-file draft.toml     own prices, before they are saved as prices.toml
      spanmart prices diff --all                        also prices that no call in the marts has

    Compared are the list in force and what would be: the genai-prices that is installed now with the own
    prices in it. It changes nothing. A `spanmart up` that runs answers too, and keeps the package that it was
    started with until it is started again; a file of own prices is put into force when it is saved.

    Prices are US dollars, by the names of genai-prices: input_mtok is for a million input tokens.
    """
    from spanmart.cli.price_tables import show_diff  # noqa: PLC0415
    from spanmart.warehouse.prices.diff import Candidate  # noqa: PLC0415

    settings = settings_from(flags)
    installed = _read_installed(settings)
    with _prices_of(settings.data) as here:
        if not here.lists():
            raise CannotStart(NONE_YET)
        found = here.diff(Candidate.of(installed, here.called()))
    if as_json:
        _print_json(found)
    else:
        show_diff(found, everything)


@command.command()
@settings_options("data", "prices_file")
@click.option(
    "--output", type=click.File("w", lazy=True), default="-", metavar="FILE", help="[default: stdout]"
)
def export(output: TextIO, **flags: object) -> None:
    """Write the whole price list as CSV: the installed genai-prices with the own prices in it.

    \b
    Examples:
      spanmart prices export --output prices.csv
      spanmart prices export | grep gpt-4o-mini

    One row is one rate: what one more token, request and so on costs, in US dollars. Cached tokens are input
    tokens too, so their rate comes on top of the input's and is mostly negative.
    """
    _read_installed(settings_from(flags)).write(output)


def _print_json(found: object) -> None:
    from pydantic_core import to_jsonable_python  # noqa: PLC0415

    click.echo(json.dumps(to_jsonable_python(found), indent=2))


def _read_installed(settings: "Settings") -> "PriceList":
    """The list that would be in force now."""
    from spanmart.warehouse.errors import OwnPricesInvalid  # noqa: PLC0415
    from spanmart.warehouse.prices.price_list import PriceList  # noqa: PLC0415

    try:
        return PriceList.read(settings.data.absolute(), settings.prices_file)
    except OwnPricesInvalid as error:
        raise CannotStart(str(error)) from error


def _prices_of(folder: Path) -> "AbstractContextManager[Prices | RemotePrices]":
    from spanmart.cli.control.prices import Prices, RemotePrices  # noqa: PLC0415

    return open_local_or_remote(folder, Prices, RemotePrices, must_exist=True)
