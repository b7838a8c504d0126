"""Whether the ledger adds up: what was received, what is stored, and what the marts have of it."""

import duckdb

from spanmart.warehouse.storage.landing import NEWEST_SEQ

COUNTS_TAKEN = """
select count(*) from duckdb_columns()
where database_name = 'landing' and table_name = 'retention' and column_name = 'rows_taken'
"""
TAKEN = "select coalesce(sum(rows_taken), 0)::bigint from landing.raw.retention"

MISCOUNTED = "select count(*), min(ingest_seq) from landing.raw.batches where received <> stored + rejected"
NUMBERING = (
    "select count(*), count(distinct ingest_seq), coalesce(max(ingest_seq), 0) from landing.raw.batches"
)
STORED = "select coalesce(sum(stored), 0)::bigint from landing.raw.batches"
PRESENT = "select (select count(*) from landing.raw.spans) + (select count(*) from landing.raw.log_events)"
UNKNOWN = """
select max(ingest_seq) from (
    select max(ingest_seq) as ingest_seq from landing.raw.spans
    union all
    select max(ingest_seq) as ingest_seq from landing.raw.log_events
)
"""


def newest_seq(connection: duckdb.DuckDBPyConnection) -> int:
    """The newest commit in the ledger; 0 in an empty one."""
    return _one(connection, NEWEST_SEQ)


def rows_taken(connection: duckdb.DuckDBPyConnection) -> int:
    """How many rows retention has deleted; 0 in a file of a version that never did."""
    return _one(connection, TAKEN) if _one(connection, COUNTS_TAKEN) else 0


def ledger_faults(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What does not add up, each as a sentence; reads counts and numbers alone. One moment's state."""
    connection.execute("begin")
    try:
        return [
            fault
            for check in (_find_miscounts, _find_misnumbered, _find_missing)
            if (fault := check(connection))
        ]
    finally:
        connection.execute("rollback")


def _find_miscounts(connection: duckdb.DuckDBPyConnection) -> str:
    [(wrong, first)] = connection.execute(MISCOUNTED).fetchall()
    return f"In {wrong} commits, the first {first}, received is not stored + rejected." if wrong else ""


def _find_misnumbered(connection: duckdb.DuckDBPyConnection) -> str:
    [(rows, numbers, newest)] = connection.execute(NUMBERING).fetchall()
    if rows == numbers == newest:
        return ""
    return f"The ledger lists {rows} commits with {numbers} numbers, but the newest is number {newest}."


def _find_missing(connection: duckdb.DuckDBPyConnection) -> str:
    kept = _one(connection, STORED) - rows_taken(connection)
    present = _one(connection, PRESENT)
    [newest] = connection.execute(UNKNOWN).fetchall()[0]
    if kept != present:
        return f"The ledger says that {kept} spans and events were stored, but {present} are there."
    if newest is not None and newest > newest_seq(connection):
        return f"There are rows of commit {newest}, which the ledger does not list."
    return ""


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    [value] = connection.execute(query).fetchall()[0]
    return int(value)
