"""The lines of the table."""

from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from benchmarks.ingest.measuring import Account, Run

_STALL_S = 0.5


@dataclass
class Figure:
    """One measured number beside what it should be."""

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

    def at_least(self, least: float) -> "Figure":
        """The same with a lower bound as its target."""
        self.target, self.met = f"≥ {least:,}", self.value is not None and self.value >= least
        return self

    def at_most(self, most: float) -> "Figure":
        """The same with an upper bound as its target."""
        self.target, self.met = f"≤ {most:,}", self.value is not None and self.value <= most
        return self


@dataclass
class Series:
    """The runs of one kind over all rounds."""

    runs: list[Run] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)

    def add(self, run: Run, account: Account) -> None:
        """One round's."""
        self.runs.append(run)
        self.accounts.append(account)

    @property
    def rate(self) -> float:
        """Median acknowledged spans a second."""
        return median(run.outcome.rate for run in self.runs)

    def figure(self, scenario: str, receiver: str = "spanmart") -> Figure:
        """The rate, with what a span costs at both ends and whether all that was acknowledged is stored."""
        return self.of(scenario, receiver, round(self.rate), "spans/s")

    def of(self, scenario: str, receiver: str, value: float, unit: str) -> Figure:
        """Another figure of the same runs."""
        return Figure(
            scenario,
            receiver,
            value,
            unit,
            server_us=median(run.server_us for run in self.runs),
            sender_us=median(run.sender_us for run in self.runs),
            note="; ".join(filter(None, [self.balance() if self.accounts else "", self.stalls()])),
            details={
                "runs": [asdict(run) for run in self.runs],
                "accounts": [asdict(account) for account in self.accounts],
            },
        )

    def stalls(self) -> str:
        """Whether the disk stood still in a round, which makes that round no measure of the receiver."""
        stalled = [f"{run.disk_stall_s:.1f} s" for run in self.runs if run.disk_stall_s > _STALL_S]
        return f"DISK STOOD STILL for {', '.join(stalled)}" if stalled else ""

    def balance(self) -> str:
        """Whether all that was acknowledged is stored, in words."""
        wrong = [account for account in self.accounts if not account.balances]
        if wrong:
            first = wrong[0]
            return (
                f"LEDGER WRONG: acknowledged {first.acknowledged}, unanswered {first.unknown}, "
                f"stored {first.stored}, distinct {first.distinct}"
            )
        return f"{sum(account.acknowledged for account in self.accounts):,} acknowledged, all stored once"


def ratio(scenario: str, receiver: str, value: float, other: float, note: str = "") -> Figure:
    """One figure as a multiple of another; none where the other is nothing."""
    return Figure(scenario, receiver, round(value / other, 2) if other else None, "×", note=note)
