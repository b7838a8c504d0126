"""The interaction log: one page of interactions, and how many there are in all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import duckdb

from spanmart.warehouse.queries import json_text
from spanmart.warehouse.queries.columns import (
    INTERACTION_COLUMNS,
    PREVIEW_COLUMNS,
    TEXT_COLUMNS,
    Column,
    json_object,
)
from spanmart.warehouse.queries.filters import Filters, Where, compose, one
from spanmart.warehouse.queries.pagination import Cursor, Sort
from spanmart.warehouse.queries.rollups import ask_rollup
from spanmart.warehouse.queries.summaries import hourly_metrics

COUNT = "select count(*) from marts.interactions where {where}"

# The page is found first and by narrow columns alone; the rest is read for its rows only, by their position.
PLACES = "select rowid from marts.interactions as i where {where} order by {order_by} limit {limit}"
# The value up to which the page reaches, read alone: names, which settle ties, are then read of few rows.
LAST_VALUE = """
select i.{column} from marts.interactions as i where {where} and i.{column} is not null
order by i.{column} {direction} limit 1 offset {limit} - 1
"""
PAGE = """
with page as materialized (select * from marts.interactions where {places})
select {projection}
from page as i {texts}
order by {order_by}
"""
TEXTS = """
left join (
    select * exclude (interaction_key) from marts.interaction_texts where {places}
) as texts using (interaction_id)
"""
TEXTS_OF_PAGE = """rowid in (
    select rowid from marts.interaction_texts where interaction_key in (select interaction_key from page)
)"""
WITH_PREVIEWS: Sequence[Column] = (*INTERACTION_COLUMNS, *PREVIEW_COLUMNS)
WITH_TEXTS: Sequence[Column] = (*INTERACTION_COLUMNS, *TEXT_COLUMNS)


@dataclass(frozen=True)
class Selection:
    """What to take of each row of a page, and whether it takes the texts."""

    projection: str
    with_texts: bool


LISTED = Selection(json_object(WITH_PREVIEWS), with_texts=False)
WHOLE = Selection(json_object(WITH_TEXTS), with_texts=True)


class InteractionList(TypedDict):
    """Interactions in order, the exact number of all that fit the filters, and where to go on (or None)."""

    items: list[dict[str, Any]]
    total: int
    next_cursor: str | None


def list_interactions(
    connection: duckdb.DuckDBPyConnection, filters: Filters, sort: Sort, limit: int, cursor: str | None
) -> InteractionList:
    """One page with previews of the texts. Raises InvalidCursor."""
    where = compose(filters)
    after = Cursor.decode(cursor, sort, filters).narrow(where) if cursor else where
    rows = select_page(connection, after, sort, limit + 1, LISTED).fetchall()
    more = len(rows) > limit
    last = rows[limit - 1] if more else None
    return {
        "items": json_text.read_records([record for record, _, _ in rows[:limit]]),
        "total": total(connection, filters),
        "next_cursor": Cursor(sort, last[2], last[1]).encode(filters) if last else None,
    }


def list_with_texts(
    connection: duckdb.DuckDBPyConnection, where: Where, limit: int
) -> tuple[list[dict[str, Any]], int]:
    """The newest interactions that fit, with their whole texts, and how many fit in all."""
    newest = Sort.parse("-created_at")
    rows = select_page(connection, where, newest, limit, WHOLE).fetchall()
    return json_text.read_records([record for record, _, _ in rows]), count(connection, where)


def select_page(
    connection: duckdb.DuckDBPyConnection, where: Where, sort: Sort, limit: int, selection: Selection
) -> duckdb.DuckDBPyConnection:
    """Run the page's query: what is selected, then the row's place (id, and sort value as text)."""
    if sort.column != "created_at" and "q" not in where.parameters:
        where = _up_to_last(connection, where, sort, limit)
    places = PLACES.format(where=where.sql, order_by=sort.order_by, limit=limit)
    place = f"i.interaction_id as place_id, i.{sort.column}::varchar as place_value"
    located = Selection(f"{selection.projection}, {place}", selection.with_texts)
    statement = page_of(f"rowid in ({places})", TEXTS_OF_PAGE, sort, located)
    return connection.execute(statement, where.parameters)


def _up_to_last(connection: duckdb.DuckDBPyConnection, where: Where, sort: Sort, limit: int) -> Where:
    """The condition with only the rows up to the last value of the page, ties included."""
    direction, within = ("desc", ">=") if sort.descending else ("asc", "<=")
    statement = LAST_VALUE.format(column=sort.column, where=where.sql, direction=direction, limit=limit)
    last = connection.execute(statement, where.parameters).fetchone()
    return where.narrow(f"i.{sort.column} {within} $last", {"last": last[0]}) if last else where


def page_of(places: str, places_of_texts: str, sort: Sort, selection: Selection) -> str:
    """SQL for the rows whose numbers in the marts fit these conditions."""
    return PAGE.format(
        places=places,
        projection=selection.projection,
        texts=TEXTS.format(places=places_of_texts) if selection.with_texts else "",
        order_by=sort.order_by,
    )


def count(connection: duckdb.DuckDBPyConnection, where: Where) -> int:
    """How many interactions fit."""
    row = connection.execute(COUNT.format(where=where.sql), where.parameters).fetchone()
    return int(row[0]) if row else 0


def total(connection: duckdb.DuckDBPyConnection, filters: Filters) -> int:
    """How many interactions fit; of very many it is the sum of whole hours, where the filters allow that."""
    hours = ask_rollup(hourly_metrics.METRICS_HOURLY, filters)
    calls = hourly_metrics.count_calls(connection, hours) if hours else 0
    return calls if calls > hourly_metrics.MANY_CALLS else count(connection, compose(filters))


def find(connection: duckdb.DuckDBPyConnection, interaction_id: str) -> Mapping[str, Any] | None:
    """One interaction with its whole texts, or None."""
    found, _ = list_with_texts(connection, one(interaction_id), 1)
    return found[0] if found else None
