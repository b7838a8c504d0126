"""Putting a backup's files where spanmart opens them; what was there is kept under another name."""

from pathlib import Path

from spanmart.warehouse.errors import BackupFailed
from spanmart.warehouse.maintenance.backup import Backup
from spanmart.warehouse.maintenance.file_copy import copy_blocks, sync_folder
from spanmart.warehouse.storage.data_folder import OWN_PRICES, DataFolder, set_aside, write_ahead_log

INCOMING = ".restored"


def restore(source: Path, folder: Path, *, force: bool = False) -> tuple[Backup, list[Path]]:
    """Bring `folder`, which nobody may hold, to the backup; also returns what was set aside.

    Raises BackupDamaged, FolderInUse, FolderUnusable, and BackupFailed where files are in the way and not
    `force`. The marts are set aside with the ledger that they were built from.
    """
    backup = Backup.read(source)
    claimed = DataFolder.claim(folder)
    try:
        present = _present(claimed)
        if present and not force:
            raise BackupFailed(
                f"{claimed.path} already holds data. Restore into another folder with --data; or give "
                "--force to set the present files aside and keep them under another name."
            )
        incoming = [_bring(source / file.name, claimed.path / file.name) for file in backup.files]
        aside = [set_aside(path) for path in present]
        for path in incoming:
            path.replace(path.with_name(path.name.removesuffix(INCOMING)))
        sync_folder(claimed.path)
    finally:
        claimed.release()
    return backup, aside


def _present(folder: DataFolder) -> list[Path]:
    files = (folder.marts_path, folder.app_path, folder.landing_path, folder.path / OWN_PRICES)
    return [path for path in files if path.exists() or write_ahead_log(path).exists()]


def _bring(source: Path, target: Path) -> Path:
    """Copy under a name that nobody opens, so that what is there stays until everything has come."""
    incoming = target.with_name(target.name + INCOMING)
    try:
        copy_blocks(source, incoming)
    except OSError as error:
        incoming.unlink(missing_ok=True)
        raise BackupFailed(
            f"{target} could not be written: {error.strerror}. Nothing was changed."
        ) from error
    return incoming
