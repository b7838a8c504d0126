"""What all scenarios share: a server on the made-up calls, on which more may arrive meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.ingest.measuring import running
from benchmarks.ingest.receivers.spanmart import Spanmart
from benchmarks.marts.warehouses import Warehouses
from benchmarks.pages.arriving import Arriving

REFRESH_S = 5.0


@dataclass
class Bench(Warehouses):
    """One call of the command."""

    calls: int  # of the warehouse
    ingests: bool
    cache: Path
    work: Path  # for what is not kept
    arrived: list[Figure] = field(default_factory=list)  # meanwhile, by scenario

    @contextmanager
    def server(self, scenario: str) -> Iterator[Spanmart]:
        """`spanmart up` as people start it."""
        server = Spanmart(self.warehouse(self.calls), refresh_seconds=REFRESH_S)
        arriving = Arriving(server, self.cache) if self.ingests else None
        with running(server), arriving or nullcontext():
            yield server
        if arriving:
            figure = Figure(scenario, "arriving meanwhile", round(arriving.rate), "spans/s")
            self.arrived.append(figure.at_least(950))
