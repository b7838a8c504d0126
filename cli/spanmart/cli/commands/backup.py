"""`spanmart backup` and `spanmart restore`: this process copies, the one that holds the folder only waits."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spanmart.cli.control.backup import HOLD
from spanmart.cli.control.socket import STATUS, NotRunning, ask
from spanmart.cli.settings.click_options import CannotStart, settings_from, settings_options
from spanmart.warehouse.errors import WarehouseError
from spanmart.warehouse.maintenance.backup import (
    APP,
    LANDING,
    Position,
    copy_at_rest,
    copy_ledger,
    copy_own_prices,
    finish,
)
from spanmart.warehouse.maintenance.file_copy import copy_blocks, unfinished
from spanmart.warehouse.storage.data_folder import DataFolder

if TYPE_CHECKING:
    from spanmart.cli.settings.settings import Settings


@click.command("backup")
@settings_options("data")
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="[default: a dated folder in the current one]",
)
def command(data: str | None, to: Path | None) -> None:
    """Copy what cannot be rebuilt into a new folder, also while `spanmart up` runs.

    \b
    Examples:
      spanmart backup --to /backups                    makes /backups/spanmart-backup-<time>
      spanmart backup --to /backups/before-upgrade     makes exactly that folder

    All that was acknowledged before it began is in it. Senders do not wait for it. The folder gets its name
    once the copy has been opened, counted and found whole; stdout says which. The marts are not in it:
    `spanmart up` on a restored folder builds them anew.
    """
    _backup(settings_from({"data": data}), to)


def _backup(settings: "Settings", to: Path | None) -> None:
    """Write a backup and print where it is."""
    folder = settings.data.absolute()
    if not (folder / LANDING).exists():
        raise CannotStart(f"There is no {LANDING} in {folder}. Name the data folder with --data.")
    final = _final(to)
    try:
        with unfinished(final) as copies:
            least_seq = _copy(folder, copies)
            backup = finish(copies, least_seq)
    except (WarehouseError, OSError) as error:
        raise click.ClickException(f"No backup was made. {error}") from error
    size = sum(file.bytes for file in backup.files)
    click.echo(f"All up to commit {backup.committed_seq} is in the backup, {size / 1e6:.1f} MB.", err=True)
    click.echo(final)


def _final(to: Path | None) -> Path:
    """The backup's own folder: as named, or a dated one inside a folder that exists."""
    dated = f"spanmart-backup-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    final = (to or Path()).absolute()
    final = final / dated if final.is_dir() else final
    if final.exists():
        raise CannotStart(f"{final} exists already. Name another place with --to.")
    return final


def _copy(folder: Path, copies: Path) -> int:
    """Copy what cannot be rebuilt; the newest commit that must be in it."""
    copy_own_prices(folder, copies)
    try:
        return _copy_running(folder, copies)
    except NotRunning:
        claimed = DataFolder.claim(folder)
    try:
        for name in (LANDING, APP):
            copy_at_rest(folder / name, copies / name)
    finally:
        claimed.release()
    return 0


def _copy_running(folder: Path, copies: Path) -> int:
    with ask(folder, STATUS):
        # Most of the work, while everything goes on; the pass that counts then finds little to write.
        copy_blocks(folder / LANDING, copies / LANDING)
    with ask(folder, HOLD, app=str(copies / APP)) as held:
        position = Position(int(held["committed_seq"]), int(held["log_bytes"]))
        copy_ledger(folder / LANDING, copies / LANDING, position)
    return position.committed_seq
