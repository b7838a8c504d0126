"""Sessions of apps: a page of them, and one by its id."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, Literal

import duckdb

from spanmart.warehouse.queries.filters import Filters, Where, compose
from spanmart.warehouse.queries.snapshot import fetch_records

SessionSort = Literal["-started_at", "-session_duration_ms", "-interactions", "-failures", "-cost_usd"]

SESSIONS = """
select
    session_id, user_id, users, interaction_types, started_at, ended_at, session_duration_ms,
    interactions, successes, partials, failures, tokens_used,
    estimated_cost_usd::double as cost_usd, unpriced_interactions as unpriced,
    no_usage_interactions as no_usage,
    accepted, rejected, modified, quality_score_sum::double / nullif(scored, 0) as average_quality_score
from marts.sessions
where {where}
order by {order}
"""
COUNT = "select count(*) from marts.sessions where {where}"

# What is told of a session is told of all its calls, also where one alone fits.
WITH_A_CALL = "session_id in (select session_id from marts.interactions where {where})"


def list_sessions(
    connection: duckdb.DuckDBPyConnection, filters: Filters, sort: SessionSort, limit: int, offset: int
) -> dict[str, Any]:
    """`{"items", "total"}`: sessions with a call that fits, in order from the `offset`th on."""
    where = compose(filters)
    fitting = Where(WITH_A_CALL.format(where=where.sql), where.parameters) if where.parameters else where
    [[total]] = connection.execute(COUNT.format(where=fitting.sql), fitting.parameters).fetchall()
    order = f"{sort.removeprefix('-')} desc nulls last, session_id limit {limit} offset {offset}"
    return {"items": _select(connection, fitting, order), "total": total}


def find_session(connection: duckdb.DuckDBPyConnection, session_id: str) -> dict[str, Any] | None:
    """One session, or None."""
    found = _select(connection, Where("session_id = $id", {"id": session_id}), "session_id")
    return found[0] if found else None


def calls_of(session: Mapping[str, Any]) -> Filters:
    """Its calls: by its days too, for each part of a table knows its days, and most parts are skipped."""
    day = timedelta(days=1)
    return Filters(
        session_id=session["session_id"],
        start_date=datetime.combine(session["started_at"], time()),
        end_date=datetime.combine(session["ended_at"] + day, time()),
    )


def _select(connection: duckdb.DuckDBPyConnection, where: Where, order: str) -> list[dict[str, Any]]:
    connection.execute(SESSIONS.format(where=where.sql, order=order), where.parameters)
    return fetch_records(connection)
