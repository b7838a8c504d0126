"""How old what the marts show is while spans keep arriving."""

import json
import time
import urllib.request
from pathlib import Path
from statistics import quantiles
from typing import Any

import duckdb

from benchmarks.beside import Beside
from benchmarks.figure import Figure
from benchmarks.ingest.load import send
from benchmarks.ingest.measuring import running
from benchmarks.ingest.receivers.spanmart import Spanmart
from benchmarks.ingest.steady import steady
from benchmarks.marts.bench import Bench

_REFRESH_S = 5.0
_LOOK_EVERY_S = 0.05
_PATIENCE_S = 60.0

NEWEST_COMMIT = "select max(ingest_seq) from raw.batches"
COMMITS_AFTER = """
select ingest_seq, epoch_us(committed_at) / 1e6 from raw.batches where ingest_seq > {seq} order by ingest_seq
"""


def freshness(bench: Bench) -> list[Figure]:
    """Seconds from the commit of spans to their calls in the marts, at 1,000 spans/s, refreshed every 5 s."""
    folder = bench.warehouse(bench.rows)
    [[before]] = _ask(folder, NEWEST_COMMIT)
    with running(server := Spanmart(folder, refresh_seconds=_REFRESH_S)), Watch(server) as watch:
        sent = send(steady(server.http_port, bench.folder, bench.seconds))
        watch.wait_for(before + sent.requests)
    ages = [
        watch.shown_at(seq) - committed_at
        for seq, committed_at in _ask(folder, COMMITS_AFTER.format(seq=before))
    ]
    cuts = quantiles(ages, n=20, method="inclusive")
    figure = Figure("freshness", f"{bench.rows:,} calls", round(cuts[18], 2), "s p95").at_most(7.0)
    figure.note = f"p50 {cuts[9]:.2f} s, slowest {max(ages):.2f} s; {sent.rate:,.0f} spans/s"
    figure.details = {"seconds": ages}
    return [figure]


class Watch(Beside):
    """Notes when the marts of a running spanmart have come how far."""

    def __init__(self, server: Spanmart) -> None:
        super().__init__()
        self._url = f"http://127.0.0.1:{server.web_port}/readyz"
        self._seen: list[tuple[float, int]] = []

    def wait_for(self, seq: int) -> None:
        """Wait until the marts have that commit, or patience is over."""
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline and not (self._seen and self._seen[-1][1] >= seq):
            time.sleep(_LOOK_EVERY_S)

    def shown_at(self, seq: int) -> float:
        """When the marts had that commit; infinite if they never had."""
        return next((at for at, shown in self._seen if shown >= seq), float("inf"))

    def go_on(self) -> None:
        """Ask again and again."""
        while not self.stopping.wait(_LOOK_EVERY_S):
            with urllib.request.urlopen(self._url, timeout=30) as answer:
                shown = json.load(answer)["refreshed_seq"]
            if not self._seen or shown > self._seen[-1][1]:
                self._seen.append((time.time(), shown))


def _ask(folder: Path, statement: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / "landing.duckdb"), read_only=True) as landing:
        return landing.sql(statement).fetchall()
