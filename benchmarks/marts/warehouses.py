"""Warehouses of made-up calls, each written and built once."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.marts.ledger import Ledger
from spanmart.warehouse import Warehouse

CHECKOUT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Build:
    """What making all marts took."""

    seconds: float
    cpu_s: float
    peak_rss_mb: float


@dataclass
class Warehouses:
    """The folder that has them, each in a folder of its own."""

    folder: Path
    _builds: dict[int, Build] = field(default_factory=dict, init=False)

    def warehouse(self, calls: int) -> Path:
        """The folder of a warehouse of so many calls, its marts built."""
        folder = self.ledger(calls)
        if not (folder / "built").exists():
            self.build(calls)
        return folder

    def build(self, calls: int) -> Build:
        """Build all marts of so many calls, once for all scenarios."""
        if calls not in self._builds:
            folder = self.ledger(calls)
            self.say(f"building the marts of {calls:,} calls")
            command = [sys.executable, "-m", "benchmarks.marts.building", str(folder)]
            output = subprocess.run(
                command, cwd=CHECKOUT, check=True, stdout=subprocess.PIPE, text=True
            ).stdout
            (folder / "built").touch()
            self._builds[calls] = Build(**json.loads(output.splitlines()[-1]))
        return self._builds[calls]

    def ledger(self, calls: int) -> Path:
        """The folder of a warehouse of so many calls, its marts built or not."""
        folder = self.folder / f"{calls}-calls"
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            with Warehouse.open(unfinished) as warehouse:
                Ledger(calls).write(warehouse, self.say)
            unfinished.rename(folder)
        return folder

    def fetch(self, calls: int, statement: str) -> list[tuple[Any, ...]]:
        """Ask a built warehouse that no server has open."""
        with Warehouse.open(self.warehouse(calls)) as warehouse, warehouse.cursor() as cursor:
            return cursor.execute(statement).fetchall()

    def say(self, text: str) -> None:
        """Tell the person who waits; standard output belongs to the table."""
        print(text, file=sys.stderr, flush=True)
