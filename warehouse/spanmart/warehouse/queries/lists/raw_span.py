"""What the ledger holds of an interaction, as it was received: its span, and the text that its user kept."""

from typing import Any

import duckdb

from spanmart.warehouse.queries import json_text
from spanmart.warehouse.queries.filters import one
from spanmart.warehouse.storage.feedback_event import EVENT, FINAL_TEXT

# The marts remember the commit of the copy that they took: little of the ledger need be searched.
COMMIT = "select ingest_seq, trace_id, span_id from marts.interactions where {where}"
SPAN = """
select to_json(struct_pack(
    trace_id := trace_id, span_id := span_id, parent_span_id := parent_span_id, name := name, kind := kind,
    start_time_unix_nano := start_time_unix_nano, end_time_unix_nano := end_time_unix_nano,
    status_code := status_code, status_message := status_message, service_name := service_name,
    scope_name := scope_name, scope_version := scope_version, attributes := attributes,
    resource_attributes := resource_attributes, events := events, links := links,
    ingest_seq := ingest_seq))::varchar
from landing.raw.spans
where ingest_seq = $ingest_seq and trace_id = $trace_id and span_id = $span_id
order by rowid desc limit 1
"""

LANDED = "select count(*) from landing.raw.spans where trace_id = $trace_id and span_id = $span_id"

KEPT_TEXT = """
select attributes[$final_text]
from landing.raw.log_events
where event_name = $event and trace_id = $trace_id and span_id = $span_id
order by time_unix_nano desc, ingest_seq desc limit 1
"""


def find_span(connection: duckdb.DuckDBPyConnection, interaction_id: str) -> dict[str, Any] | None:
    """The span that the interaction was read from, or None; attributes as the text that was stored."""
    where = one(interaction_id)
    place = connection.execute(COMMIT.format(where=where.sql), where.parameters).fetchone()
    if place is None:
        return None
    row = connection.execute(
        SPAN, dict(zip(("ingest_seq", "trace_id", "span_id"), place, strict=True))
    ).fetchone()
    return json_text.read_records([row[0]])[0] if row else None


def has_landed(connection: duckdb.DuckDBPyConnection, interaction_id: str) -> bool:
    """Whether the span that the id names has been received, in the marts or not yet."""
    return connection.execute(LANDED, _span_of(interaction_id)).fetchone() != (0,)


def find_final_text(connection: duckdb.DuckDBPyConnection, interaction_id: str) -> str | None:
    """The text that came with the newest feedback, or None."""
    row = connection.execute(
        KEPT_TEXT, {**_span_of(interaction_id), "final_text": FINAL_TEXT, "event": EVENT}
    ).fetchone()
    return row[0] if row else None


def _span_of(interaction_id: str) -> dict[str, str]:
    trace_id, _, span_id = interaction_id.rpartition("-")
    return {"trace_id": trace_id, "span_id": span_id}
