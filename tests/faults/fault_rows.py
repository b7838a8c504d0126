"""The fault matrix as it was measured: one row per fault, as a table for people and as JSON."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HOLDS, FAILS = "holds", "FAILS"


@dataclass(frozen=True)
class Scale:
    """How many faults to make: the small counts of every test run, or a share of the matrix's full counts."""

    share: float = 0.0

    @classmethod
    def read(cls, value: str) -> "Scale":
        """From the variable FAULTS: empty, `full`, or a share such as 0.1."""
        return cls(1.0 if value == "full" else float(value or 0))

    def __call__(self, small: int, full: int) -> int:
        return max(small, round(full * self.share))

    @property
    def is_small(self) -> bool:
        """Small runs share their machine with other work, so they measure time and do not judge it."""
        return self.share == 0


@dataclass
class FaultRow:
    """One row: what was done how often, what must hold, what was measured."""

    number: int
    fault: str
    count: int
    expected: str
    measured: dict[str, Any] = field(default_factory=dict)
    verdict: str = FAILS


class FaultRows:
    """All rows of one run."""

    def __init__(self) -> None:
        self.rows: list[FaultRow] = []

    @contextmanager
    def row(self, number: int, fault: str, count: int, expected: str) -> Iterator[dict[str, Any]]:
        """Make the faults inside; what is put into the dictionary is reported, an error is the verdict."""
        row = FaultRow(number, fault, count, expected)
        self.rows.append(row)
        yield row.measured
        row.verdict = HOLDS

    def table(self) -> list[str]:
        """Lines of a Markdown table."""
        lines = ["| # | fault | count | expected | measured | verdict |", "|---|---|---|---|---|---|"]
        for row in sorted(self.rows, key=lambda row: row.number):
            measured = ", ".join(f"{name} {_shown(value)}" for name, value in row.measured.items())
            cells = (row.number, row.fault, f"{row.count:,}", row.expected, measured, row.verdict)
            lines.append(f"| {' | '.join(map(str, cells))} |")
        return lines

    def write_json(self, path: Path) -> None:
        """All rows as a JSON array."""
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = sorted(self.rows, key=lambda row: row.number)
        path.write_text(json.dumps([vars(row) for row in rows], indent=2, default=str) + "\n")


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.3g}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
