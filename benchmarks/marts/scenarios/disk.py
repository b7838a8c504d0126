"""How much disk the marts take beside the ledger that they come from."""

from benchmarks.figure import Figure
from benchmarks.marts.bench import Bench


def disk(bench: Bench) -> list[Figure]:
    """Bytes of `marts.duckdb` for each byte of `landing.duckdb`, both checkpointed."""
    folder = bench.warehouse(bench.rows)
    marts, ledger = ((folder / name).stat().st_size for name in ("marts.duckdb", "landing.duckdb"))
    share = Figure("disk", f"{bench.rows:,} calls", round(marts / ledger, 2), "× ledger").at_most(0.5)
    share.note = f"{marts / bench.rows:,.0f} bytes a call beside {ledger / bench.rows:,.0f}"
    return [share]
