"""How long pages take while others hold connections open and send next to nothing."""

import time
from collections.abc import Sequence
from itertools import cycle
from statistics import quantiles

from benchmarks.figure import Figure
from benchmarks.ingest.receivers.spanmart import Spanmart
from benchmarks.pages.asking import DASHBOARD, ask
from benchmarks.pages.bench import Bench
from benchmarks.pages.slow import Slow

_SLOW, _IDLE = 200, 500
_VIEWS = ("metrics", "log", "failures", "costs", "sessions")
_WARM_UP, _TIMES = 2 * len(_VIEWS), 300
_MOST_MS = 500


def port(bench: Bench) -> list[Figure]:
    """p99 of the pages and of /healthz, alone, and beside 200 slow and 500 idle connections."""
    paths = {
        "pages": [f"{DASHBOARD}&view={view}" for view in _VIEWS],
        "/healthz": ["/healthz"],
    }
    with bench.server("port") as server:
        alone = [_figure(server, f"{name} alone", some) for name, some in paths.items()]
        with Slow(server.web_port, _SLOW, _IDLE) as slow:
            beside = [
                _figure(server, f"{name} beside {_SLOW} slow, {_IDLE} idle", some)
                for name, some in paths.items()
            ]
    beside[0].note += f", {slow.reopened} ended and opened anew"
    return [*alone, *(figure.at_most(_MOST_MS) for figure in beside)]


def _figure(server: Spanmart, subject: str, paths: Sequence[str]) -> Figure:
    turn = cycle(paths)
    taken = sorted([_milliseconds(server, next(turn)) for _ in range(_WARM_UP + _TIMES)][_WARM_UP:])
    cuts = quantiles(taken, n=100, method="inclusive")
    note = f"p50 {cuts[49]:,.0f} ms, slowest {taken[-1]:,.0f} ms"
    return Figure("port", subject, round(cuts[98]), "ms p99", note=note, details={"milliseconds": taken})


def _milliseconds(server: Spanmart, path: str) -> float:
    started = time.perf_counter()
    ask(server, path)
    return 1e3 * (time.perf_counter() - started)
