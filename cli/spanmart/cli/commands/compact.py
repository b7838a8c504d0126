"""`spanmart compact`: what it did, for a person to read."""

from typing import TYPE_CHECKING

import click

from spanmart.cli.settings.click_options import CannotStart, settings_from, settings_options
from spanmart.warehouse.errors import WarehouseError
from spanmart.warehouse.maintenance.compact import compact

if TYPE_CHECKING:
    from spanmart.cli.settings.settings import Settings


@click.command("compact")
@settings_options("data")
def command(data: str | None) -> None:
    """Make landing.duckdb as small as its rows allow. No `spanmart up` may hold the folder.

    \b
    Example:
      spanmart compact --data ./spanmart-data          after --retention-days has taken much

    It needs room for the rows that are left beside the old file, which is replaced once the new one is whole.
    """
    _compact(settings_from({"data": data}))


def _compact(settings: "Settings") -> None:
    """Compact and say how much room that made."""
    if not settings.data.is_dir():
        raise CannotStart(f"There is no folder {settings.data}. Name the data folder with --data.")
    try:
        before, after = compact(settings.data)
    except WarehouseError as error:
        raise CannotStart(str(error)) from error
    click.echo(f"landing.duckdb had {before / 1e6:.1f} MB and has {after / 1e6:.1f} MB.", err=True)
