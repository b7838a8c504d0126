"""How long it takes until what has landed is in the marts, and what the size of the history adds to that."""

import time
from statistics import median

from benchmarks.figure import Figure
from benchmarks.marts.arrivals import land_late_feedback, land_new_calls
from benchmarks.marts.bench import Bench
from spanmart.warehouse import Refresher, Warehouse

_NEW_CALLS, _LATE_FEEDBACK = 10_000, 1_000


def refresh(bench: Bench) -> list[Figure]:
    """Seconds to take in 10,000 new calls and 1,000 late judgements, after few calls and after many."""
    after = {calls: _refreshes(bench, calls) for calls in (bench.few, bench.rows)}
    figures = [_figure(f"after {calls:,} calls", seconds) for calls, (seconds, _) in after.items()]
    figures[-1].at_most(2.0)
    (few, _), (many, idle) = after[bench.few], after[bench.rows]
    growth = Figure("refresh", "many ÷ few", round(median(many) / median(few), 2), "×").at_most(1.5)
    return [*figures, growth, _figure("nothing new", idle).at_most(0.3)]


def _refreshes(bench: Bench, calls: int) -> tuple[list[float], list[float]]:
    """Seconds of each round's refresh, and of one after it for which nothing is left."""
    busy, idle = [], []
    with Warehouse.open(bench.warehouse(calls)) as warehouse:
        refresher = Refresher(warehouse)
        for timed in (False, *[True] * bench.rounds):
            land_new_calls(warehouse, _NEW_CALLS)
            land_late_feedback(warehouse, _LATE_FEEDBACK)
            taken, after = _seconds(refresher), _seconds(refresher)
            if timed:
                busy.append(taken)
                idle.append(after)
    return busy, idle


def _seconds(refresher: Refresher) -> float:
    started = time.perf_counter()
    refresher.refresh()
    return time.perf_counter() - started


def _figure(subject: str, seconds: list[float]) -> Figure:
    each = ", ".join(f"{second:.2f}" for second in seconds)
    return Figure("refresh", subject, round(median(seconds), 3), "s", note=each, details={"seconds": seconds})
