"""Watches a database fill, to see how fast spans become durable where an answer does not mean that."""

import threading
import time
from dataclasses import dataclass

from benchmarks.ingest.receivers.receiver import Receiver

_EVERY_S = 0.5


@dataclass
class Sample:
    """Committed rows at a time."""

    at: float
    rows: int


class Watch:
    """Samples a receiver's committed rows from the start of a load on."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._samples: list[Sample] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def start(self) -> None:
        """Begin; the clock of the rate starts here."""
        self._take()
        self._thread.start()

    def wait_for(self, rows: int, patience_s: float) -> None:
        """Go on until so many new rows are committed or patience is over."""
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline and self.rows < rows:
            time.sleep(_EVERY_S)
        self._stopping.set()
        self._thread.join()

    @property
    def rows(self) -> int:
        """Rows committed since the start."""
        return self._samples[-1].rows - self._samples[0].rows

    @property
    def rate(self) -> float:
        """Rows a second, the better of two views: since the start, or since the first row was there."""
        growing = [
            now for was, now in zip(self._samples, self._samples[1:], strict=False) if now.rows > was.rows
        ]
        if not growing:
            return 0.0
        start, first, last = self._samples[0], growing[0], growing[-1]
        views = [_slope(start, last)] if first is last else [_slope(start, last), _slope(first, last)]
        return max(views)

    def _sample(self) -> None:
        while not self._stopping.wait(_EVERY_S):
            self._take()

    def _take(self) -> None:
        rows = self._receiver.stored()
        self._samples.append(Sample(time.monotonic(), rows or 0))


def _slope(one: Sample, other: Sample) -> float:
    return (other.rows - one.rows) / (other.at - one.at)
