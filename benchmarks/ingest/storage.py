"""What the disk gives at this moment: on a shared machine it changes by a factor of ten."""

import os
import time
from pathlib import Path
from statistics import median

_BLOCK = os.urandom(4 * 1024 * 1024)
_BLOCKS = 25
_APPENDS = 100


def storage(folder: Path) -> dict[str, float]:
    """Synced writes: MB/s in blocks of 4 MB, and the median milliseconds of a synced append of 4 KB."""
    path = folder / "storage"
    with path.open("wb", buffering=0) as file:
        started = time.perf_counter()
        for _ in range(_BLOCKS):
            _append(file.fileno(), _BLOCK)
        large = time.perf_counter() - started
        small = [_append(file.fileno(), _BLOCK[:4096]) for _ in range(_APPENDS)]
    path.unlink()
    return {
        "synced_4mb_writes_mb_s": round(_BLOCKS * len(_BLOCK) / 1e6 / large),
        "synced_4kb_append_ms": round(median(small) * 1e3, 2),
    }


def _append(file: int, block: bytes) -> float:
    started = time.perf_counter()
    os.write(file, block)
    os.fdatasync(file)
    return time.perf_counter() - started
