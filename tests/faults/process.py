"""The process under test: ended in order or not, and how much memory it holds."""

import signal
from collections.abc import Callable
from pathlib import Path

from support.running import PATIENCE_S, RunningSpanmart

Up = Callable[..., RunningSpanmart]

# Written to /proc/<pid>/clear_refs: the peak starts anew from what is held now.
RESET_PEAK = "5"


def kill(spanmart: RunningSpanmart) -> None:
    """kill -9: no chance to write anything."""
    spanmart.process.kill()
    spanmart.process.wait(PATIENCE_S)


def terminate(spanmart: RunningSpanmart) -> int:
    """SIGTERM, and the exit status once it has ended."""
    spanmart.process.send_signal(signal.SIGTERM)
    return spanmart.process.wait(PATIENCE_S)


class Memory:
    """Resident memory of a process in MB (2**20 bytes), and its peak since this object was made."""

    def __init__(self, spanmart: RunningSpanmart) -> None:
        self._folder = Path("/proc") / str(spanmart.process.pid)
        (self._folder / "clear_refs").write_text(RESET_PEAK)
        self.at_first_mb = self.now_mb()

    def now_mb(self) -> float:
        return self._field("VmRSS")

    def peak_mb(self) -> float:
        return self._field("VmHWM")

    def growth_mb(self) -> float:
        """From the first measurement to the peak."""
        return self.peak_mb() - self.at_first_mb

    def _field(self, name: str) -> float:
        for line in (self._folder / "status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) / 1024
        raise LookupError(f"{name} is not in {self._folder}/status")
