"""Spans that look like calls of a model and that no dialect reads, so that nothing else tells of them."""

from typing import Any

import duckdb

from spanmart.warehouse.queries.snapshot import fetch_records

MOST_KINDS = 50
KINDS = """
select *, sum(spans) over ()::bigint as all_spans, count(*) over () as kinds
from marts.unread_spans order by spans desc, last_seen_at desc, scope_name, attribute_keys limit {limit}
"""


def list_unread_spans(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The 50 kinds with most spans, and how many spans and kinds there are: of all time."""
    connection.execute(KINDS.format(limit=MOST_KINDS))
    items = fetch_records(connection)
    counts = [(item.pop("all_spans"), item.pop("kinds")) for item in items]
    spans, kinds = counts[0] if counts else (0, 0)
    return {"items": items, "spans": spans, "kinds": kinds}
