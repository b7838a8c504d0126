"""Batches: rows on their way into the raw tables, as Arrow columns."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol, Self, TypeAlias

import pyarrow as pa

ATTRIBUTES = pa.map_(pa.string(), pa.string())

# The raw tables' columns less ingested_at and ingest_seq, which the writer assigns.
SPANS = pa.schema(
    {
        "trace_id": pa.string(),
        "span_id": pa.string(),
        "parent_span_id": pa.string(),
        "name": pa.string(),
        "kind": pa.string(),
        "start_time_unix_nano": pa.uint64(),
        "end_time_unix_nano": pa.uint64(),
        "status_code": pa.string(),
        "status_message": pa.string(),
        "service_name": pa.string(),
        "scope_name": pa.string(),
        "scope_version": pa.string(),
        "attributes": ATTRIBUTES,
        "resource_attributes": ATTRIBUTES,
        "events": pa.string(),
        "links": pa.string(),
    }
)
LOG_EVENTS = pa.schema(
    {
        "time_unix_nano": pa.uint64(),
        "trace_id": pa.string(),
        "span_id": pa.string(),
        "event_name": pa.string(),
        "severity": pa.string(),
        "body": pa.string(),
        "attributes": ATTRIBUTES,
        "resource_attributes": ATTRIBUTES,
    }
)

Scalar = str | bool | int | float


@dataclass(frozen=True)
class LogEvent:
    """One event to land. Times are nanoseconds since 1970; ids are lower-case hex or None."""

    event_name: str
    time_unix_nano: int
    trace_id: str | None = None
    span_id: str | None = None
    severity: str | None = None
    body: str | None = None
    attributes: Mapping[str, Scalar] = field(default_factory=dict)
    resource_attributes: Mapping[str, Scalar] = field(default_factory=dict)


class GatheredRows(Protocol):
    """Rows that are not columns yet.

    A table costs 0.4 ms however small it is, so those of the requests that share a commit become one.
    """

    @property
    def num_rows(self) -> int:
        """How many rows there are."""

    @property
    def nbytes(self) -> int:
        """The bytes that they hold in memory, roughly."""

    @classmethod
    def table(cls, parts: Sequence[Self]) -> pa.Table:
        """The rows of all `parts`, in their order, with the raw table's columns."""


Rows: TypeAlias = pa.Table | GatheredRows


@dataclass(frozen=True)
class Batch:
    """What one request brought: `received` = rows of the tables + `rejected`; `bytes` as sent."""

    source: str
    spans: Rows | None
    log_events: Rows | None
    received: int
    rejected: int
    bytes: int

    @cached_property
    def stored(self) -> int:
        """Rows that a commit of this batch adds."""
        return sum(rows.num_rows for rows in (self.spans, self.log_events) if rows is not None)

    @cached_property
    def size(self) -> int:
        """Bytes that the batch holds in memory: a few as sent may unfold into many."""
        sizes: list[int] = [rows.nbytes for rows in (self.spans, self.log_events) if rows is not None]
        return max(self.bytes, *sizes, 0)

    def split(self, rows: int) -> tuple[Self, Self]:
        """The first `rows` rows, spans before events, and the rest with all that was rejected."""
        size = self.bytes * rows // self.stored
        spans, more_spans = _cut(self.spans, rows)
        log_events, more_log_events = _cut(self.log_events, max(0, rows - (spans.num_rows if spans else 0)))
        first = replace(self, spans=spans, log_events=log_events, received=rows, rejected=0, bytes=size)
        rest = replace(
            self,
            spans=more_spans,
            log_events=more_log_events,
            received=self.received - rows,
            bytes=self.bytes - size,
        )
        return first, rest

    @classmethod
    def of_log_events(cls, source: str, events: Sequence[LogEvent]) -> Self:
        """A batch of events made here rather than received, such as feedback given on a page."""
        rows = [
            {
                **vars(event),
                "attributes": _entries(event.attributes),
                "resource_attributes": _entries(event.resource_attributes),
            }
            for event in events
        ]
        table = pa.Table.from_pylist(rows, schema=LOG_EVENTS)
        return cls(source, None, table, received=len(rows), rejected=0, bytes=table.nbytes)


def _cut(all_rows: Rows | None, rows: int) -> tuple[Rows | None, Rows | None]:
    if all_rows is None:
        return None, None
    table = all_rows if isinstance(all_rows, pa.Table) else all_rows.table([all_rows])
    return table.slice(0, rows), table.slice(rows)


def _entries(attributes: Mapping[str, Scalar]) -> list[tuple[str, str]]:
    return [
        (key, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for key, value in attributes.items()
    ]
