"""How fast an export streams, and how much memory that takes of the server."""

import json
import time
import urllib.request
from datetime import datetime

from benchmarks.figure import Figure
from benchmarks.ingest.receivers.spanmart import Spanmart
from benchmarks.pages.asking import ask, url
from benchmarks.pages.bench import Bench
from benchmarks.processes import forget_peak_rss, peak_rss_mb, rss_mb

_ROWS = 1_000_000
_API = "/api/ai-interactions"
# The first fills DuckDB's cache; what an export itself needs shows after it.
_EXPORTS = {"csv, the first": "csv", "csv": "csv", "json": "json", "parquet": "parquet"}
_SINCE = "select created_at from marts.interactions order by created_at desc limit 1 offset {offset}"


def export(bench: Bench) -> list[Figure]:
    """Rows a second of the newest 1,000,000 calls, all columns, and how much the server grows meanwhile."""
    offset = min(_ROWS, bench.calls) - 1
    [[since]] = bench.fetch(bench.calls, _SINCE.format(offset=offset))
    with bench.server("export") as server:
        return [figure for name in _EXPORTS for figure in _exported(server, name, since)]


def _exported(server: Spanmart, name: str, since: datetime) -> list[Figure]:
    fits = f"start_date={since.isoformat()}"
    rows = json.loads(ask(server, f"{_API}?{fits}&limit=1").text)["total"]
    before = rss_mb(server.pid)
    forget_peak_rss(server.pid)
    started = time.perf_counter()
    size = _read(url(server, f"{_API}/export?{fits}&format={_EXPORTS[name]}"))
    seconds = time.perf_counter() - started
    growth = peak_rss_mb(server.pid) - before
    rate = Figure("export", name, round(rows / seconds), "rows/s").at_least(50_000)
    rate.note = f"{rows:,} rows, {size / 1e6:,.0f} MB in {seconds:,.1f} s"
    memory = Figure("export", name, round(growth), "MB more RSS", note=f"from {before:,.0f} MB")
    return [rate, memory.at_most(100)]


def _read(address: str) -> int:
    """Take it all and keep nothing; the number of bytes."""
    size = 0
    with urllib.request.urlopen(address, timeout=600) as answer:
        while piece := answer.read(1 << 20):
            size += len(piece)
    return size
