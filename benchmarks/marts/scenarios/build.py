"""How long all marts take from the start of the ledger."""

from benchmarks.figure import Figure
from benchmarks.marts.bench import Bench


def build(bench: Bench) -> list[Figure]:
    """Calls a second from the ledger into all marts, and the most memory that takes."""
    built = bench.build(bench.rows)
    subject = f"{bench.rows:,} calls"
    rate = Figure("build", subject, round(bench.rows / built.seconds), "calls/s").at_least(100_000)
    rate.note = f"{built.seconds:,.0f} s; {built.cpu_s * 1e6 / bench.rows:.1f} µs of CPU a call"
    return [rate, Figure("build", subject, round(built.peak_rss_mb), "MB").at_most(8_192)]
