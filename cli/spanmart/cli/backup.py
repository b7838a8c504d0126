"""`spanmart backup` and `spanmart restore`: this process copies, the one that holds the folder only waits."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spanmart.cli.control import STATUS, Answer, Arguments, Command, NobodyAnswers, asked
from spanmart.cli.options import CannotStart
from spanmart.warehouse import Warehouse
from spanmart.warehouse.errors import WarehouseError
from spanmart.warehouse.maintenance.backup import (
    APP,
    LANDING,
    Position,
    checkpoints_held,
    copy_app,
    copy_at_rest,
    copy_ledger,
    copy_own_prices,
    finish,
)
from spanmart.warehouse.maintenance.file_copy import copy_blocks, unfinished
from spanmart.warehouse.maintenance.restore import restore
from spanmart.warehouse.storage.data_folder import DataFolder

if TYPE_CHECKING:
    from spanmart.cli.config import Settings

HOLD = "hold_for_backup"


def commands(warehouse: Warehouse) -> dict[str, Command]:
    """What `spanmart up` does for a backup: copy the settings, and hold its checkpoints back."""

    @contextmanager
    def hold(arguments: Arguments) -> Iterator[Answer]:
        copy_app(warehouse, Path(str(arguments["app"])))
        with checkpoints_held(warehouse) as position:
            yield {"committed_seq": position.committed_seq, "log_bytes": position.log_bytes}

    return {HOLD: hold}


def run_backup(settings: "Settings", to: Path | None) -> None:
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


def run_restore(source: Path, settings: "Settings", force: bool) -> None:
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
    except NobodyAnswers:
        claimed = DataFolder.claim(folder)
    try:
        for name in (LANDING, APP):
            copy_at_rest(folder / name, copies / name)
    finally:
        claimed.release()
    return 0


def _copy_running(folder: Path, copies: Path) -> int:
    with asked(folder, STATUS):
        # Most of the work, while everything goes on; the pass that counts then finds little to write.
        copy_blocks(folder / LANDING, copies / LANDING)
    with asked(folder, HOLD, app=str(copies / APP)) as held:
        position = Position(int(held["committed_seq"]), int(held["log_bytes"]))
        copy_ledger(folder / LANDING, copies / LANDING, position)
    return position.committed_seq
