"""How long a sender waits for its acknowledgement where the receiver is not busy."""

from statistics import median

from benchmarks.ingest.bench import Bench
from benchmarks.ingest.figures import ReceiverFigure, Series
from benchmarks.ingest.steady import steady


def latency(bench: Bench) -> list[ReceiverFigure]:
    """Time to acknowledge at a steady 1,000 spans/s: 100 requests/s of 10 spans, from when each is due."""

    series = Series()
    for _ in range(bench.rounds):
        series.add(*bench.spanmart(lambda to: steady(to.http_port, bench.cache, bench.seconds)))
    measured = {
        name: round(median(run.outcome.latency_ms[name] for run in series.runs), 1) for name in ("p50", "p99")
    }
    p50 = series.of("latency", "spanmart", measured["p50"], "ms p50")
    p99 = series.of("latency", "spanmart", measured["p99"], "ms p99").at_most(100)
    worst = max(run.outcome.latency_ms["max"] for run in series.runs)
    p99.note = f"slowest {worst:,.0f} ms; {series.rate:,.0f} spans/s; {p99.note}"
    return [p50, p99]
