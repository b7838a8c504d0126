"""Text search in the log, newest calls first and a stretch of them at a time.

Texts have no index, and reading a long history takes as long as it takes. What is new is read in a moment:
its hits can be shown while what is older is still to be searched.
"""

from datetime import datetime
from typing import Any, TypedDict

import duckdb

from spanmart.warehouse.queries import json_text
from spanmart.warehouse.queries.filters import TEXT_HIT, Filters, Where, compose
from spanmart.warehouse.queries.lists.interaction_list import LISTED, select_page
from spanmart.warehouse.queries.pagination import Cursor, Sort

STRETCH_CALLS = 200_000
NEWEST_FIRST = Sort("created_at", descending=True)

# A cursor before all calls of a moment needs an id below all ids.
LOWEST_ID = f"{'0' * 32}-{'0' * 16}"

STRETCH = """
with hours as (
    select hour, sum(interactions) as calls from marts.metrics_hourly
    where hour >= $since and hour < $before group by hour
),
summed as (select hour, sum(calls) over (order by hour desc) as calls from hours)
select max(hour) from summed where calls >= $calls and hour > $since
"""
PROGRESS = """
select
    coalesce(sum(interactions) filter (where hour >= $searched_since::timestamp), 0)::bigint,
    coalesce(sum(interactions), 0)::bigint
from marts.metrics_hourly where hour >= $since and hour < $before
"""

# Texts of calls of one time lie together, but for few: they are read where they are, block by block.
BLOCK_ROWS = 10 * 2048
BLOCKS = """
select distinct rowid // {block_rows} as block from marts.interaction_texts
where interaction_key in (select interaction_key from marts.interactions where {where})
order by block
"""
HITS_IN_ROWS = """
select interaction_key from marts.interaction_texts where rowid between {first} and {last} and {hit}
"""


class Found(TypedDict):
    """Hits in order, where to go on (None at the end), and since when all calls have been searched."""

    items: list[dict[str, Any]]
    next_cursor: str | None
    searched_since: str | None
    searched_calls: int
    calls: int


def search(connection: duckdb.DuckDBPyConnection, filters: Filters, limit: int, cursor: str | None) -> Found:
    """The hits in the next stretch, at most `limit`; `filters.q` is the text. Raises InvalidCursor."""
    place = Cursor.decode(cursor, NEWEST_FIRST, filters) if cursor else None
    since = _stretch_start(connection, filters, place)
    where = _calls_to_search(filters, since, place)
    hits = _hits(connection, where, filters)
    rows = select_page(connection, hits, NEWEST_FIRST, limit + 1, LISTED).fetchall()
    following = _make_cursor(rows, limit, since)
    searched, calls = _progress(connection, filters, following)
    return {
        "items": json_text.read_records([record for record, _, _ in rows[:limit]]),
        "next_cursor": following.encode(filters) if following else None,
        "searched_since": following.value if following else None,
        "searched_calls": searched,
        "calls": calls,
    }


def _stretch_start(
    connection: duckdb.DuckDBPyConnection, filters: Filters, place: Cursor | None
) -> datetime | None:
    """An hour after which the next stretch of calls was made; None where no more than a stretch is left."""
    before = datetime.fromisoformat(place.value) if place and place.value else filters.end_date
    parameters = {**_range(filters), "calls": STRETCH_CALLS}
    row = connection.execute(STRETCH, {**parameters, "before": before or datetime.max}).fetchone()
    return row[0] if row else None


def _calls_to_search(filters: Filters, since: datetime | None, place: Cursor | None) -> Where:
    where = compose(filters.model_copy(update={"q": None}))
    if since:
        where = where.narrow("created_at >= $since", {"since": since})
    return place.narrow(where) if place else where


def _hits(connection: duckdb.DuckDBPyConnection, where: Where, filters: Filters) -> Where:
    connection.execute(BLOCKS.format(block_rows=BLOCK_ROWS, where=where.sql), where.parameters)
    parts = [
        HITS_IN_ROWS.format(first=first * BLOCK_ROWS, last=(last + 1) * BLOCK_ROWS - 1, hit=TEXT_HIT)
        for first, last in _runs([block for (block,) in connection.fetchall()])
    ]
    in_texts = f" or interaction_key in ({' union all '.join(parts)})" if parts else ""
    return where.narrow(f"contains(lower(error_message), lower($q)){in_texts}", {"q": filters.q})


def _runs(blocks: list[int]) -> list[tuple[int, int]]:
    """Blocks that follow each other, as their first and last."""
    runs: list[tuple[int, int]] = []
    for block in blocks:
        if runs and block == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], block)
        else:
            runs.append((block, block))
    return runs


def _make_cursor(rows: list[tuple[str, str, str]], limit: int, since: datetime | None) -> Cursor | None:
    if len(rows) > limit:
        _, interaction_id, value = rows[limit - 1]
        return Cursor(NEWEST_FIRST, value, interaction_id)
    return Cursor(NEWEST_FIRST, str(since), LOWEST_ID) if since else None


def _progress(
    connection: duckdb.DuckDBPyConnection, filters: Filters, following: Cursor | None
) -> tuple[int, int]:
    parameters = _range(filters)
    searched_since = following.value if following else parameters["since"]
    row = connection.execute(PROGRESS, {**parameters, "searched_since": searched_since}).fetchone()
    return row or (0, 0)


def _range(filters: Filters) -> dict[str, datetime]:
    return {"since": filters.start_date or datetime.min, "before": filters.end_date or datetime.max}
