"""Copying files so that neither a crash nor a busy disk can spoil the copy, or hold up those who write."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Synced piece by piece: a gigabyte of dirty pages at once would hold up the commits of those who send.
PIECE = 16 * 1024 * 1024


def copy_blocks(source: Path, target: Path) -> None:
    """Make `target` as `source`, writing only what differs: what an earlier pass copied costs but reading."""
    target.touch(mode=0o600)
    with source.open("rb") as old, target.open("r+b") as new:
        position, end = 0, old.seek(0, os.SEEK_END)
        while position < end:
            wanted = os.pread(old.fileno(), min(PIECE, end - position), position)
            if not wanted:
                break
            if os.pread(new.fileno(), len(wanted), position) != wanted:
                os.pwrite(new.fileno(), wanted, position)
                os.fdatasync(new.fileno())
            position += len(wanted)
        new.truncate(position)
        os.fsync(new.fileno())


def copy_start(source: Path, target: Path, size: int) -> bool:
    """Copy the first `size` bytes; False where there are not so many."""
    if not source.exists():
        return False
    with source.open("rb") as old, target.open("wb") as new:
        while (left := size - new.tell()) > 0:
            piece = old.read(min(PIECE, left))
            if not piece:
                return False
            new.write(piece)
        new.flush()
        os.fsync(new.fileno())
    return True


@contextmanager
def unfinished(final: Path) -> Iterator[Path]:
    """A folder beside `final` that gets its name when the block ends well, and is removed when not."""
    final.parent.mkdir(parents=True, exist_ok=True)
    folder = final.with_name(f".{final.name}.unfinished")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
        sync_folder(folder)
        folder.rename(final)
        sync_folder(final.parent)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def sha256_of(path: Path) -> str:
    """The file's SHA-256 as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_synced(path: Path, content: bytes) -> None:
    """Write a file that is on disk when this returns."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Make renames in the folder last."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
