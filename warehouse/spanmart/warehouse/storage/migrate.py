"""Numbered SQL migrations: forward only, each applied once in a transaction, recorded in the file itself."""

from dataclasses import dataclass
from importlib.resources import files

import duckdb

from spanmart.warehouse.errors import WarehouseTooNew

RECORD_TABLE = """
create table if not exists migrations (
    number integer not null,
    name varchar not null,
    applied_at timestamp not null
)
"""
RECORD = "insert into migrations values (?, ?, now() at time zone 'UTC')"
NEWEST = "select coalesce(max(number), 0) from {catalog}.migrations"


@dataclass(frozen=True)
class Migration:
    """One `NNNN_name.sql` file."""

    number: int
    name: str
    sql: str


def migrations_of(catalog: str) -> list[Migration]:
    """The migrations that this version knows for the file attached as `catalog`, in order."""
    folder = files("spanmart.warehouse.storage").joinpath("migrations", catalog)
    if not folder.is_dir():
        return []
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    migrations = [
        Migration(int(number), name.removesuffix(".sql"), entry.read_text("utf-8"))
        for entry in found
        for number, _, name in [entry.name.partition("_")]
    ]
    return sorted(migrations, key=lambda migration: migration.number)


def migrate(
    connection: duckdb.DuckDBPyConnection, catalog: str, migrations: list[Migration]
) -> list[Migration]:
    """Bring the file attached as `catalog` up to date and return what was applied.

    A migration that fails leaves the file at the one before. Raises WarehouseTooNew where the file is ahead.
    """
    cursor = connection.cursor()
    try:
        cursor.execute(f'use "{catalog}"')
        cursor.execute(RECORD_TABLE)
        refuse_newer(cursor, catalog, migrations)
        newest = find_newest_applied(cursor, catalog)
        pending = [migration for migration in migrations if migration.number > newest]
        for migration in pending:
            _apply(cursor, migration)
        if pending:
            # Replaying a log in which DDL and rows interleave has open bugs in DuckDB; start the log afresh.
            cursor.execute(f'checkpoint "{catalog}"')
        return pending
    finally:
        cursor.close()


def find_newest_applied(connection: duckdb.DuckDBPyConnection, catalog: str) -> int:
    """The number of the newest migration in the file attached as `catalog`; 0 in a new one."""
    try:
        [number] = connection.execute(NEWEST.format(catalog=catalog)).fetchall()[0]
    except duckdb.CatalogException:
        return 0
    return int(number)


def refuse_newer(connection: duckdb.DuckDBPyConnection, catalog: str, migrations: list[Migration]) -> None:
    """Raise WarehouseTooNew where the file has a migration that is not known."""
    applied, known = find_newest_applied(connection, catalog), migrations[-1].number if migrations else 0
    if applied > known:
        raise WarehouseTooNew(
            f"{catalog}.duckdb has migration {applied}, but this version of spanmart knows only {known}. "
            "Install the version that wrote it, or a newer one."
        )


def _apply(cursor: duckdb.DuckDBPyConnection, migration: Migration) -> None:
    cursor.begin()
    try:
        cursor.execute(migration.sql)
        cursor.execute(RECORD, [migration.number, migration.name])
        cursor.commit()
    except duckdb.Error:
        cursor.rollback()
        raise
