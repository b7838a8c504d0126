"""The calls before and after one in its session."""

from typing import Any

import duckdb

from spanmart.warehouse.queries.filters import one
from spanmart.warehouse.queries.snapshot import fetch_records

# When the session was tells which parts of the calls need not be read.
NEIGHBOURS = """
with session as (
    select started_at, ended_at from marts.sessions
    where session_id = (select session_id from marts.interactions where {where})
)
select
    lag(interaction_id) over in_order as previous_id,
    lead(interaction_id) over in_order as next_id,
    row_number() over in_order as place,
    count(*) over () as calls
from marts.interactions
where session_id = (select session_id from marts.interactions where {where})
    and created_at >= (select started_at from session) and created_at <= (select ended_at from session)
window in_order as (order by created_at, interaction_id)
qualify interaction_id = $id
"""


def find_neighbours(connection: duckdb.DuckDBPyConnection, interaction_id: str) -> dict[str, Any] | None:
    """Ids of the calls before and after, its `place` among the session's `calls`; None without a session."""
    where = one(interaction_id)
    connection.execute(NEIGHBOURS.format(where=where.sql), where.parameters)
    return next(iter(fetch_records(connection)), None)
