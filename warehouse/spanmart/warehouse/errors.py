"""What can go wrong with a warehouse, each with what to do next in its message.

WarehouseError
├── FolderInUse          another process holds the folder
├── FolderUnusable       the folder or a file in it cannot be read or written
├── DamagedFile          a file that cannot be rebuilt does not open
├── WarehouseTooNew      a newer spanmart has migrated the files
├── BackupFailed         a backup was not made, or not restored: nothing was changed
├── BackupDamaged        a backup is not, or no longer, what was backed up
├── TokenError           a token cannot be made or revoked as asked
├── UserError            a user cannot be added, changed or removed as asked
├── OwnPricesInvalid     the file of own prices says something that cannot be
└── LandingError
    ├── LandingOverloaded    too many bytes wait for the disk: send again later
    ├── LandingClosed        the warehouse is shutting down: send again later
    └── LandingFailed        the disk or DuckDB refused the rows: nothing of the batch was stored
"""

from pathlib import Path


class WarehouseError(Exception):
    """Base of all errors of the warehouse; its message can be shown to a person as it is."""


class FolderInUse(WarehouseError):
    """Another process holds the data folder."""

    def __init__(self, folder: Path, pid: int | None) -> None:
        holder = f"process {pid}" if pid else "another process"
        super().__init__(
            f"The data folder {folder} is in use by {holder}. "
            "Stop that process, or choose another folder with --data."
        )
        self.folder = folder
        self.pid = pid


class FolderUnusable(WarehouseError):
    """The folder, or a file in it, cannot be created, read or written."""


class DamagedFile(WarehouseError):
    """A database file that holds what cannot be rebuilt does not open; it has been left as it is."""

    def __init__(self, path: Path, holds: str, reason: str) -> None:
        super().__init__(
            f"{path} cannot be opened: {reason}\n"
            f"It holds {holds}, so it has been left exactly as it is. See what is wrong:\n"
            f"  spanmart doctor --data {path.parent}\n"
            "Restore a backup; what is there now is kept under another name:\n"
            f"  spanmart restore BACKUP --data {path.parent} --force\n"
            f"Or, to start without it, move {path.name} and {path.name}.wal out of the folder and keep them."
        )
        self.path = path


class WarehouseTooNew(WarehouseError):
    """The files carry migrations that this version does not know."""


class TokenError(WarehouseError):
    """A token cannot be made or revoked as asked; nothing was changed."""


class UserError(WarehouseError):
    """A user cannot be added, changed or removed as asked; nothing was changed."""


class OwnPricesInvalid(WarehouseError):
    """The file of own prices says something that cannot be; the message names the line."""


class BackupFailed(WarehouseError):
    """A backup was not made, or one was not restored; what was there before is there still."""


class CompactionFailed(WarehouseError):
    """The ledger was not written anew; its file is as it was."""


class BackupDamaged(WarehouseError):
    """A folder is no finished backup, or a file in it has changed."""


class LandingError(WarehouseError):
    """A batch was not stored. Sending it again later is safe: reads keep one copy of a span."""


class LandingOverloaded(LandingError):
    """More bytes wait to be written than the bound allows; `retry_after_s` says when to try again."""

    def __init__(self, bytes_in_flight: int, bound: int, retry_after_s: int = 1) -> None:
        super().__init__(
            f"{bytes_in_flight} bytes already wait to be written and the bound is {bound}. "
            f"Send again in {retry_after_s} s."
        )
        self.retry_after_s = retry_after_s


class LandingClosed(LandingError):
    """The warehouse is shutting down and takes no more batches."""


class LandingFailed(LandingError):
    """DuckDB or the disk refused the rows; nothing of this batch was stored."""
