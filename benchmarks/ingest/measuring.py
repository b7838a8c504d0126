"""One measured run: start a receiver, warm it up, load it, stop it, and count what it kept."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.ingest.load import Load, Outcome, send
from benchmarks.ingest.receivers.receiver import Receiver
from benchmarks.ingest.storage import Stalls
from benchmarks.processes import cpu_s, peak_rss_mb


@dataclass
class Run:
    """What a load came to, at both ends."""

    outcome: Outcome
    server_cpu_s: float
    peak_rss_mb: float
    disk_stall_s: float  # the longest that the disk took for a synced 4 KB meanwhile

    @property
    def server_us(self) -> float:
        """Microseconds of the receiver's CPU for each acknowledged span."""
        return self._per_span(self.server_cpu_s)

    @property
    def sender_us(self) -> float:
        """Microseconds of the sender's CPU for each acknowledged span."""
        return self._per_span(self.outcome.sender_cpu_s)

    def _per_span(self, seconds: float) -> float:
        return seconds / self.outcome.acknowledged * 1e6 if self.outcome.acknowledged else 0.0


def measure(receiver: Receiver, load: Load, on_start: Callable[[], None] = lambda: None) -> Run:
    """Send `load` to a running receiver and watch what it uses meanwhile."""
    before = 0.0

    def start() -> None:
        nonlocal before
        before = cpu_s(receiver.pid)
        on_start()

    with Stalls(receiver.folder.parent) as stalls:
        outcome = send(load, start)
    return Run(outcome, cpu_s(receiver.pid) - before, peak_rss_mb(receiver.pid), stalls.longest_s)


@contextmanager
def running(receiver: Receiver) -> Iterator[Receiver]:
    """Start a receiver and stop it in the end, whatever happens."""
    try:
        receiver.start()
        yield receiver
    finally:
        receiver.stop()


@dataclass(frozen=True)
class Account:
    """Everything that was acknowledged on a folder beside everything that its database holds."""

    acknowledged: int
    unknown: int  # spans of requests without an answer: stored or not, both are right
    stored: int
    distinct: int

    @property
    def balances(self) -> bool:
        """Every acknowledged span is stored, once, and nothing else is."""
        return (
            self.acknowledged <= self.stored <= self.acknowledged + self.unknown
            and self.stored == self.distinct
        )


def account(outcomes: list[Outcome], stored: int, distinct: int) -> Account:
    """Add up the outcomes of all loads that a folder has had."""
    return Account(
        sum(outcome.acknowledged for outcome in outcomes),
        sum(outcome.unanswered_spans for outcome in outcomes),
        stored,
        distinct,
    )
