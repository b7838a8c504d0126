"""`spanmart restore`: a data folder as a backup has it; what was there is set aside."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from spanmart.cli.settings.click_options import CannotStart, settings_from, settings_options
from spanmart.warehouse.errors import WarehouseError
from spanmart.warehouse.maintenance.restore import restore

if TYPE_CHECKING:
    from spanmart.cli.settings.settings import Settings


@click.command("restore")
@settings_options("data")
@click.option("--force", is_flag=True, help="Set the files aside that are there, and keep them.")
@click.argument("backup", type=click.Path(exists=True, file_okay=False, path_type=Path))
def command(data: str | None, force: bool, backup: Path) -> None:
    """Bring a data folder to what a backup holds. No `spanmart up` may hold it.

    \b
    Examples:
      spanmart restore /backups/before-upgrade --data ./spanmart-data
      spanmart restore /backups/before-upgrade --force         over a damaged file, which is kept
    """
    _restore(backup, settings_from({"data": data}), force)


def _restore(source: Path, settings: "Settings", force: bool) -> None:
    """Restore and say what was set aside."""
    try:
        backup, aside = restore(source, settings.data, force=force)
    except WarehouseError as error:
        raise CannotStart(str(error)) from error
    for path in aside:
        click.echo(f"What was there is now {path}.", err=True)
    click.echo(
        f"{settings.data} is as it was at {backup.created_at}, with all up to commit "
        f"{backup.committed_seq}. `spanmart up --data {settings.data}` builds the marts anew.",
        err=True,
    )
