"""What the files of a stopped spanmart hold, compared with what its senders know."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from faults.process import terminate
from support.running import RunningSpanmart

# By trace, so that a million spans are a few thousand rows to compare.
TRACES = """
select trace_id, count(distinct span_id) as spans, count(*) as rows from {table} group by trace_id
"""
LEDGER = "select coalesce(sum(stored), 0), coalesce(sum(rejected), 0) from landing.raw.batches"


@dataclass(frozen=True)
class Traces:
    """Spans and rows by trace id."""

    spans: dict[str, int]
    rows: int

    def without(self, trace_ids: Iterable[bytes], spans_each: int) -> list[str]:
        """Those of the traces that are not there wholly."""
        return [one.hex() for one in trace_ids if self.spans.get(one.hex(), 0) < spans_each]

    @property
    def duplicates(self) -> int:
        """Rows beyond the first of each span."""
        return self.rows - sum(self.spans.values())


@dataclass(frozen=True)
class Ledger:
    """Spans of the raw table and of the marts, and what the batches say about them."""

    raw: Traces
    marts: Traces
    stored: int
    rejected: int


def read_ledger(data: Path) -> Ledger:
    """From the files of a spanmart that runs no more."""
    with duckdb.connect() as connection:
        for name in ("landing", "marts"):
            connection.execute(f"attach '{data / name}.duckdb' as {name} (read_only)")
        stored, rejected = connection.execute(LEDGER).fetchall()[0]
        raw = _traces(connection.execute(TRACES.format(table="landing.raw.spans")).to_arrow_table())
        marts = _traces(connection.execute(TRACES.format(table="marts.interactions")).to_arrow_table())
    return Ledger(raw, marts, int(stored), int(rejected))


def _traces(counted: pa.Table) -> Traces:
    columns = counted.to_pydict()
    return Traces(dict(zip(columns["trace_id"], columns["spans"], strict=True)), sum(columns["rows"]))


def stop_when_built(spanmart: RunningSpanmart, interactions: int) -> Ledger:
    """Wait until the marts have that many, stop the process in order, and read its files."""
    spanmart.wait_until(lambda: total(spanmart) >= interactions, f"{interactions} interactions in the marts")
    assert terminate(spanmart) == 0
    return read_ledger(Path(spanmart.ready["data"]))


def total(spanmart: RunningSpanmart) -> int:
    """How many interactions the API counts."""
    return int(spanmart.get("/api/ai-interactions", limit=1)["total"])


def assert_exactly_once(ledger: Ledger, sent: Iterable[bytes], spans_each: int) -> None:
    """Every span that was sent is in the ledger and once in the marts, and there is nothing else."""
    expected = set(sent)
    assert ledger.raw.without(expected, spans_each) == []
    assert ledger.marts.without(expected, spans_each) == []
    assert ledger.marts.duplicates == 0
    assert set(ledger.raw.spans) == {one.hex() for one in expected}
    assert sum(ledger.marts.spans.values()) == len(expected) * spans_each
    assert ledger.stored == ledger.raw.rows
