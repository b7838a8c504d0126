"""Spans that arrive for as long as something else is measured."""

import threading
from pathlib import Path

from benchmarks.ingest.load import Outcome, send
from benchmarks.ingest.receivers.spanmart import Spanmart
from benchmarks.ingest.steady import steady

_AT_ONCE_S = 10.0  # then the sender looks whether more are wanted


class Arriving:
    """Sends 1,000 spans/s to a server that is running."""

    def __init__(self, server: Spanmart, cache: Path) -> None:
        self._server, self._cache = server, cache
        self._outcomes: list[Outcome] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._send_on, daemon=True)

    def __enter__(self) -> "Arriving":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    @property
    def rate(self) -> float:
        """Acknowledged spans a second."""
        seconds = sum(outcome.seconds for outcome in self._outcomes)
        return sum(outcome.acknowledged for outcome in self._outcomes) / seconds if seconds else 0.0

    def _send_on(self) -> None:
        while not self._stopping.is_set():
            self._outcomes.append(send(steady(self._server.http_port, self._cache, _AT_ONCE_S)))
