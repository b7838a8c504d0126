"""How long an answer is waited for, once everything is warm."""

import time
from collections.abc import Callable
from statistics import quantiles

from benchmarks.figure import Figure

_WARM_UP = 3


def waiting(scenario: str, subject: str, ask: Callable[[], object], times: int = 25) -> Figure:
    """The 95th percentile, in milliseconds."""
    for _ in range(_WARM_UP):
        ask()
    taken = sorted(_milliseconds(ask) for _ in range(times))
    cuts = quantiles(taken, n=20, method="inclusive")
    note = f"p50 {cuts[9]:,.0f} ms, slowest {taken[-1]:,.0f} ms"
    return Figure(scenario, subject, round(cuts[18]), "ms p95", note=note, details={"milliseconds": taken})


def _milliseconds(ask: Callable[[], object]) -> float:
    started = time.perf_counter()
    ask()
    return 1e3 * (time.perf_counter() - started)
