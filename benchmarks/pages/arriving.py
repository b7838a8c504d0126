"""Spans that arrive for as long as something else is measured."""

from pathlib import Path

from benchmarks.beside import Beside
from benchmarks.ingest.load import Outcome, send
from benchmarks.ingest.receivers.spanmart import Spanmart
from benchmarks.ingest.steady import steady

_AT_ONCE_S = 10.0  # then the sender looks whether more are wanted


class Arriving(Beside):
    """Sends 1,000 spans/s to a server that is running."""

    def __init__(self, server: Spanmart, cache: Path) -> None:
        super().__init__()
        self._server, self._cache = server, cache
        self._outcomes: list[Outcome] = []

    @property
    def rate(self) -> float:
        """Acknowledged spans a second."""
        seconds = sum(outcome.seconds for outcome in self._outcomes)
        return sum(outcome.acknowledged for outcome in self._outcomes) / seconds if seconds else 0.0

    def go_on(self) -> None:
        """Send until it is enough."""
        while not self.stopping.is_set():
            self._outcomes.append(send(steady(self._server.http_port, self._cache, _AT_ONCE_S)))
