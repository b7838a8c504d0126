"""The data folder: which files are in it, and that one process holds it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from spanmart.warehouse.errors import FolderInUse, FolderUnusable

LOCK = ".lock"
OWN_PRICES = "prices.toml"
# The databases, by the names under which they are attached, each with what would be lost with it.
HOLDS = {
    "landing": "every span and event that was acknowledged",
    "app": "settings, users and tokens that people made, and price lists that were in force",
    "marts": "what is built from landing.duckdb and can be built anew",
}
# DuckDB's own names: the log, the log while a checkpoint runs, and the two merged after a crash.
WRITE_AHEAD_LOGS = (".wal", ".wal.checkpoint", ".wal.recovery")
ASIDE = ".aside"
# Given to a file while it is written, so that one cut short is never taken for a whole one.
UNFINISHED = (".new", ".restored", ".unfinished")


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
            # Prompts and answers are nobody else's business.
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise FolderUnusable(
                f"The data folder {path} cannot be used: {error.strerror}. Choose another with --data."
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _pid_in(lock)
            os.close(lock)
            raise FolderInUse(path, holder) from None
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
    """Rename a database file and its logs so that a new one can be made; returns the new name."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    aside = path.with_name(f"{path.name}.{stamp}{ASIDE}")
    for suffix in ("", *WRITE_AHEAD_LOGS):
        old = path.with_name(path.name + suffix)
        if old.exists():
            old.rename(aside.with_name(aside.name + suffix))
    return aside


@contextmanager
def keep_closed(path: Path) -> Iterator[FolderInUse | None]:
    """Keep others from opening the folder without changing anything in it; gives who holds it, if somebody.

    A folder that no process has ever claimed has no lock, and gets none.
    """
    try:
        lock = os.open(path / LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        yield None
        return
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield FolderInUse(path, _pid_in(lock))
            return
        yield None
    finally:
        os.close(lock)


def _pid_in(lock: int) -> int | None:
    holder = os.pread(lock, 32, 0).decode("ascii", "replace").strip()
    return int(holder) if holder.isdigit() else None


def quoted(path: Path) -> str:
    """The path as a literal of SQL, for statements that take no parameters."""
    return "'" + str(path).replace("'", "''") + "'"
