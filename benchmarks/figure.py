"""One line of a benchmark's table."""

from dataclasses import dataclass, field
from typing import Any, Self


@dataclass
class Figure:
    """One measured number of `subject`, beside what it should be."""

    scenario: str
    subject: str
    value: float | None
    unit: str
    target: str = ""
    met: bool | None = None
    note: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    def at_least(self, least: float) -> Self:
        """The same with a lower bound as its target."""
        self.target, self.met = f"≥ {least:,}", self.value is not None and self.value >= least
        return self

    def at_most(self, most: float) -> Self:
        """The same with an upper bound as its target."""
        self.target, self.met = f"≤ {most:,}", self.value is not None and self.value <= most
        return self

    def cells(self) -> dict[str, str]:
        """The line by column."""
        return {
            "scenario": self.scenario,
            "of": self.subject,
            "figure": "-" if self.value is None else f"{self.value:,} {self.unit}",
            "target": self.target,
            "met": {True: "yes", False: "NO", None: ""}[self.met],
            "note": self.note,
        }
