"""The span behind an interaction, as it was received: looked up in the ledger, not in the marts."""

import json
from typing import Any

import duckdb

# A retry may have stored the span twice: the last one counts, as in the marts.
SPAN = """
select to_json(struct_pack(
    trace_id := trace_id, span_id := span_id, parent_span_id := parent_span_id, name := name, kind := kind,
    start_time_unix_nano := start_time_unix_nano, end_time_unix_nano := end_time_unix_nano,
    status_code := status_code, status_message := status_message, service_name := service_name,
    scope_name := scope_name, scope_version := scope_version, attributes := attributes,
    resource_attributes := resource_attributes, events := events, links := links,
    ingest_seq := ingest_seq))::varchar
from landing.raw.spans
where trace_id = $trace_id and span_id = $span_id
order by ingest_seq desc limit 1
"""


def find_span(connection: duckdb.DuckDBPyConnection, interaction_id: str) -> dict[str, Any] | None:
    """The newest copy of the span that the id names, or None; attributes as the text that was stored."""
    trace_id, _, span_id = interaction_id.rpartition("-")
    connection.execute(SPAN, {"trace_id": trace_id, "span_id": span_id})
    row = connection.fetchone()
    return json.loads(row[0]) if row else None
