"""`spanmart compact`: what it did, for a person to read."""

from typing import TYPE_CHECKING

import click

from spanmart.cli.options import CannotStart
from spanmart.warehouse.errors import WarehouseError
from spanmart.warehouse.maintenance.compact import compact

if TYPE_CHECKING:
    from spanmart.cli.config import Settings


def run(settings: "Settings") -> None:
    """Compact and say how much room that made."""
    if not settings.data.is_dir():
        raise CannotStart(f"There is no folder {settings.data}. Name the data folder with --data.")
    try:
        before, after = compact(settings.data)
    except WarehouseError as error:
        raise CannotStart(str(error)) from error
    click.echo(f"landing.duckdb had {before / 1e6:.1f} MB and has {after / 1e6:.1f} MB.", err=True)
