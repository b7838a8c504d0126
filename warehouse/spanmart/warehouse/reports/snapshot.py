"""One consistent, read-only view of the marts for the length of a question.

A refresh may commit between two statements; inside one snapshot a list and its total, or the first and the
last row of an export, still come from the same version of the marts.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import duckdb

from spanmart.warehouse.questions import Questions
from spanmart.warehouse.reports.errors import MartsNotBuilt, MemoryShort

MARTS_READ_HERE = (
    "interactions",
    "interaction_texts",
    "failures",
    "failure_groups",
    "missing_variables",
    "data_quality_daily",
    "quality_daily",
    "metrics_hourly",
    "call_measures",
    "costs_daily",
    "model_costs_daily",
    "cost_lines",
    "sessions",
    "users_daily",
    "unread_spans",
)
COUNT_MARTS = """
select count(*) from information_schema.tables
where
    table_catalog = 'marts'
    and table_schema in ('main', 'intermediate')
    and list_contains($names, table_name)
"""


class HasCursor(Protocol):
    """What a report needs of the warehouse."""

    questions: Questions

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection for the calling thread alone."""
        ...


@contextmanager
def snapshot(warehouse: HasCursor) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection inside a read-only transaction. Raises MartsNotBuilt until all marts are built."""
    with _reading(warehouse) as connection:
        # The first build makes one mart after the other: some can be asked before there is all to say.
        if not _may_be_asked(warehouse, connection):
            raise MartsNotBuilt
        yield connection


def are_built(warehouse: HasCursor) -> bool:
    """Whether there is every mart that the reports read."""
    with _reading(warehouse) as connection:
        return _may_be_asked(warehouse, connection)


@contextmanager
def _reading(warehouse: HasCursor) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = warehouse.cursor()
    with warehouse.questions.asked_on(connection):
        connection.execute("begin transaction read only")
        try:
            yield connection
        except duckdb.OutOfMemoryException as error:
            raise MemoryShort from error


def _may_be_asked(warehouse: HasCursor, connection: duckdb.DuckDBPyConnection) -> bool:
    """What is built is only ever replaced: it takes milliseconds to look, and so is looked for once."""
    if not warehouse.questions.may_be_asked:
        connection.execute(COUNT_MARTS, {"names": MARTS_READ_HERE})
        warehouse.questions.may_be_asked = connection.fetchone() == (len(MARTS_READ_HERE),)
    return warehouse.questions.may_be_asked


def fetch_records(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """All rows of the last statement as dictionaries."""
    names = [column[0] for column in connection.description or ()]
    return [dict(zip(names, row, strict=True)) for row in connection.fetchall()]
