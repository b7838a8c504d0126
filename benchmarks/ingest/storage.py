"""What the disk gives at this moment: on a shared machine it changes by a factor of ten."""

import os
import threading
import time
from pathlib import Path
from statistics import median

from benchmarks.beside import Beside

_BLOCK = os.urandom(4 * 1024 * 1024)
_BLOCKS = 25
_APPENDS = 100
_EVERY_S = 0.5


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


class Stalls(Beside):
    """Looks on while something runs: disks of virtual machines stop for seconds when neighbours write.

    `longest_s` is the longest synced append of 4 KB, tried twice a second.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.longest_s = 0.0
        self._path = folder / f"stalls-{threading.get_ident()}"

    def go_on(self) -> None:
        """Append, and note how long that takes."""
        with self._path.open("wb", buffering=0) as file:
            while not self.stopping.wait(_EVERY_S):
                self.longest_s = max(self.longest_s, _append(file.fileno(), _BLOCK[:4096]))
        self._path.unlink()


def _append(file: int, block: bytes) -> float:
    started = time.perf_counter()
    os.write(file, block)
    os.fdatasync(file)
    return time.perf_counter() - started
