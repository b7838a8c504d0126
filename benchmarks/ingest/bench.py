"""What all scenarios share: how long to measure, where to put files, and how a result is reported."""

import itertools
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.ingest import payloads
from benchmarks.ingest.load import Load
from benchmarks.ingest.measuring import Account, Run, account, measure, running
from benchmarks.ingest.receivers.spanmart import QUIET_S, Spanmart

BATCH = 512  # spans a request, the default of OpenTelemetry's batch processors
REQUESTS = 32  # different requests: 16,384 different texts
WARM_UP_S = 1.0


@dataclass
class Figure:
    """One line of the table."""

    scenario: str
    receiver: str
    value: float | None
    unit: str
    target: str = ""
    met: bool | None = None
    server_us: float | None = None  # CPU a span
    sender_us: float | None = None
    note: str = ""
    details: dict[str, Any] = field(default_factory=dict)


@dataclass
class Bench:
    """One call of the command."""

    seconds: float
    rounds: int
    cache: Path
    work: Path  # emptied after each run
    peers: tuple[str, ...] = ()
    say: Callable[[str], None] = print
    _folders: "itertools.count[int]" = field(default_factory=itertools.count)

    def payloads(self, requests: int = REQUESTS, spans: int = BATCH) -> str:
        """A file with so many requests of so many spans."""
        return str(payloads.payloads(self.cache, requests, spans))

    def folder(self, name: str) -> Path:
        """A new folder for a receiver's data."""
        return self.work / f"{name}-{next(self._folders)}"

    def batches(self, port: int, connections: int = 8, **more: Any) -> Load:  # noqa: ANN401 - fields of Load
        """The usual load: full batches on `connections` connections, each as fast as it is answered."""
        return Load(port, self.payloads(), connections, **{"seconds": self.seconds, **more})

    def spanmart(
        self, load: Callable[[Spanmart], Load], refresh_seconds: float = QUIET_S
    ) -> tuple[Run, Account, Spanmart]:
        """Start spanmart, warm it up, measure one load, stop it and balance its ledger."""
        receiver = Spanmart(self.folder("spanmart"), refresh_seconds=refresh_seconds)
        with running(receiver):
            planned = load(receiver)
            warm_up = measure(receiver, Load(**{**asdict(planned), "seconds": WARM_UP_S}))
            run = measure(receiver, planned)
        ledger = receiver.ledger()
        balance = account([warm_up.outcome, run.outcome], ledger.rows, ledger.distinct)
        return run, balance, receiver

    def discard(self, *folders: Path) -> None:
        """Free the disk of a run that is counted."""
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


def rate_figure(scenario: str, receiver: str, runs: list[Run], accounts: list[Account]) -> Figure:
    """The median of several runs' acknowledged spans a second, with their cost and whether they balance."""
    figure = Figure(
        scenario,
        receiver,
        round(median(run.outcome.rate for run in runs)),
        "spans/s",
        server_us=median(run.server_us for run in runs),
        sender_us=median(run.sender_us for run in runs),
        details={
            "rates": [round(run.outcome.rate) for run in runs],
            "latency_ms": runs[-1].outcome.latency_ms,
            "refused": [run.outcome.refused for run in runs],
            "peak_rss_mb": max(run.peak_rss_mb for run in runs),
            "accounts": [asdict(balance) for balance in accounts],
        },
    )
    figure.note = balance_note(accounts)
    return figure


def balance_note(accounts: list[Account]) -> str:
    """Whether all that was acknowledged is stored, in words."""
    wrong = [balance for balance in accounts if not balance.balances]
    if wrong:
        return f"LEDGER WRONG: acknowledged {wrong[0].acknowledged}, stored {wrong[0].stored}"
    return f"all {sum(balance.acknowledged for balance in accounts):,} acknowledged spans stored once"
