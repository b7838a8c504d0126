"""What all scenarios share: the warehouses, how large they are, and how long to measure."""

from dataclasses import dataclass

from benchmarks.marts.warehouses import Warehouses


@dataclass
class Bench(Warehouses):
    """One call of the command."""

    rows: int  # calls of the large warehouse
    few: int  # and of the small one
    rounds: int
    seconds: float  # that spans arrive for `freshness`
