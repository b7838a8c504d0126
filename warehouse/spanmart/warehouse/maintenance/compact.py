"""Writing the ledger into a new file without the room that deleted rows have left in the old one."""

from pathlib import Path

import duckdb

from spanmart.warehouse.errors import CompactionFailed
from spanmart.warehouse.maintenance.file_copy import sync_folder
from spanmart.warehouse.maintenance.integrity import ledger_faults
from spanmart.warehouse.storage.data_folder import DataFolder, quoted, write_ahead_log
from spanmart.warehouse.storage.database import ATTACH_OPTIONS, SETTINGS, STORAGE_VERSION

NEW = ".new"


def compact(folder: Path) -> tuple[int, int]:
    """Make the ledger's file as small as its rows allow; returns its bytes before and after.

    The old file is replaced once the new one is whole. Raises FolderInUse, FolderUnusable, and
    CompactionFailed, after which the old one is as it was.
    """
    claimed = DataFolder.claim(folder)
    old = claimed.landing_path
    new = old.with_name(old.name + NEW)
    try:
        new.unlink(missing_ok=True)
        before = sum(path.stat().st_size for path in (old, write_ahead_log(old)) if path.exists())
        _copy(old, new)
        new.replace(old)
        sync_folder(claimed.path)
        return before, old.stat().st_size
    except (duckdb.Error, OSError) as error:
        new.unlink(missing_ok=True)
        raise CompactionFailed(f"{old} was not compacted and is as it was: {error}") from error
    finally:
        claimed.release()


def _copy(old: Path, new: Path) -> None:
    if not old.exists():
        raise FileNotFoundError(f"there is no {old.name}")
    options = ATTACH_OPTIONS["landing"]
    with duckdb.connect() as connection:
        connection.execute(f"set force_compression = '{SETTINGS['force_compression']}'")
        # Attached for writing, so that its log becomes part of it.
        connection.execute(f"attach {quoted(old)} as landing")
        connection.execute("checkpoint landing")
        connection.execute(
            f"attach {quoted(new)} as compacted (storage_version '{STORAGE_VERSION}', {options})"
        )
        connection.execute("copy from database landing to compacted")
        connection.execute("detach landing")
        connection.execute("checkpoint compacted")
        connection.execute("detach compacted")
        connection.execute(f"attach {quoted(new)} as landing (read_only)")
        if faults := ledger_faults(connection):
            raise duckdb.DataError("; ".join(faults))
