"""The data folder: which files are in it, and that one process holds it."""

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from spanmart.warehouse.errors import FolderInUse, FolderUnusable


class DataFolder:
    """A folder claimed for this process until `release`, also if the process dies."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self.marts_path = path / "marts.duckdb"
        self.landing_path = path / "landing.duckdb"
        self.app_path = path / "app.duckdb"
        self._lock: int | None = lock

    @classmethod
    def claim(cls, path: Path) -> Self:
        """Create the folder where needed and lock it; raises FolderInUse, FolderUnusable."""
        path = path.absolute()
        try:
            path.mkdir(parents=True, exist_ok=True)
            lock = os.open(path / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise FolderUnusable(
                f"The data folder {path} cannot be used: {error.strerror}. Choose another with --data."
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(lock, 32, 0).decode("ascii", "replace").strip()
            os.close(lock)
            raise FolderInUse(path, int(holder) if holder.isdigit() else None) from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        return cls(path, lock)

    def release(self) -> None:
        """Let other processes claim the folder; once is enough."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def write_ahead_log(path: Path) -> Path:
    """DuckDB's log beside a database file: part of its content until the next checkpoint."""
    return path.with_name(f"{path.name}.wal")


def set_aside(path: Path) -> Path:
    """Rename a database file and its log so that a new one can be made; returns the new name."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    aside = path.with_name(f"{path.name}.{stamp}.aside")
    for old, new in ((path, aside), (write_ahead_log(path), write_ahead_log(aside))):
        if old.exists():
            old.rename(new)
    return aside
