"""The lines of the table, and the runs behind them."""

from dataclasses import asdict, dataclass, field
from statistics import median

from benchmarks.figure import Figure
from benchmarks.ingest.measuring import Account, Run

_STALL_S = 0.5


@dataclass
class ReceiverFigure(Figure):
    """A figure of a receiver, with what a span costs at both ends: microseconds of CPU."""

    server_us: float | None = None
    sender_us: float | None = None

    def cells(self) -> dict[str, str]:
        """The line by column."""
        cells = super().cells()
        note = cells.pop("note")
        return {
            **cells,
            "server µs/span": _microseconds(self.server_us),
            "sender µs/span": _microseconds(self.sender_us),
            "note": note,
        }


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

    def figure(self, scenario: str, receiver: str = "spanmart") -> ReceiverFigure:
        """The rate, with what a span costs at both ends and whether all that was acknowledged is stored."""
        return self.of(scenario, receiver, round(self.rate), "spans/s")

    def of(self, scenario: str, receiver: str, value: float, unit: str) -> ReceiverFigure:
        """Another figure of the same runs."""
        return ReceiverFigure(
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


def ratio(scenario: str, receiver: str, value: float, other: float, note: str = "") -> ReceiverFigure:
    """One figure as a multiple of another; none where the other is nothing."""
    return ReceiverFigure(scenario, receiver, round(value / other, 2) if other else None, "×", note=note)


def _microseconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
