"""Migrations: numbered, recorded, forward only, whole or not at all."""

import duckdb
import pytest

from spanmart.warehouse import Warehouse
from spanmart.warehouse.errors import WarehouseTooNew
from spanmart.warehouse.storage.batch import LOG_EVENTS, SPANS
from spanmart.warehouse.storage.migrate import Migration, migrate, migrations_of

FIRST = Migration(1, "make_notes", "create table notes (text varchar); insert into notes values ('kept')")
SECOND = Migration(2, "add_author", "alter table notes add column author varchar default 'unknown'")
FAILING = Migration(3, "fail", "create table half_done (n int); select no_such_column from notes")


@pytest.fixture
def connection(tmp_path):
    with duckdb.connect() as opened:
        opened.execute(f"attach '{tmp_path / 'app.duckdb'}' as app")
        yield opened


def applied(connection):
    return connection.execute("select number, name from app.migrations order by number").fetchall()


def test_each_migration_is_applied_once_and_recorded(connection):
    assert migrate(connection, "app", [FIRST]) == [FIRST]
    assert migrate(connection, "app", [FIRST, SECOND]) == [SECOND]
    assert migrate(connection, "app", [FIRST, SECOND]) == []

    assert applied(connection) == [(1, "make_notes"), (2, "add_author")]
    assert connection.execute("from app.notes").fetchall() == [("kept", "unknown")]


def test_a_failing_migration_leaves_the_file_at_the_one_before(connection):
    with pytest.raises(duckdb.Error):
        migrate(connection, "app", [FIRST, SECOND, FAILING])

    assert applied(connection) == [(1, "make_notes"), (2, "add_author")]
    with pytest.raises(duckdb.CatalogException):
        connection.execute("from app.half_done")


def test_a_file_from_a_newer_version_is_refused(connection):
    migrate(connection, "app", [FIRST, SECOND])

    with pytest.raises(WarehouseTooNew, match=r"migration 2.*knows only 1"):
        migrate(connection, "app", [FIRST])


@pytest.mark.parametrize("catalog", ["landing", "app"])
def test_the_numbers_of_our_migrations_have_no_gaps(catalog):
    numbers = [migration.number for migration in migrations_of(catalog)]
    assert numbers == list(range(1, len(numbers) + 1))


# One row as each version before the newest wrote it: a new migration is tested once its row is added here.
ROWS_OF_EARLIER_VERSIONS = {
    "landing": {
        1: "insert into landing.raw.batches values (7, 'otlp_http', 3, 2, 1, 99, timestamp '2026-11-01')",
        2: "insert into landing.raw.batches values (7, 'otlp_http', 3, 2, 1, 99, timestamp '2026-11-01')",
        3: "insert into landing.raw.batches values (7, 'otlp_http', 3, 2, 1, 99, timestamp '2026-11-01')",
    },
    "app": {
        1: "insert into app.tokens by name select 'shop' as name, 'spanmart_1' as prefix, 'f' as sha256,"
        " ['ingest'] as scopes, timestamp '2026-11-01' as created_at",
        2: "insert into app.tokens by name select 'shop' as name, 'spanmart_1' as prefix, 'f' as sha256,"
        " ['ingest'] as scopes, timestamp '2026-11-01' as created_at",
    },
}
KEPT = {
    "landing": ("select ingest_seq, received, stored from landing.raw.batches", (7, 3, 2)),
    "app": ("select name, prefix, sha256 from app.tokens", ("shop", "spanmart_1", "f")),
}


@pytest.mark.parametrize("catalog", ["landing", "app"])
def test_a_folder_of_each_earlier_version_is_opened_with_all_its_rows(tmp_path, catalog):
    known = migrations_of(catalog)
    assert set(ROWS_OF_EARLIER_VERSIONS[catalog]) == {migration.number for migration in known[:-1]}
    for number, row in ROWS_OF_EARLIER_VERSIONS[catalog].items():
        folder = tmp_path / str(number)
        folder.mkdir()
        with duckdb.connect() as earlier:
            earlier.execute(
                f"attach '{folder / f'{catalog}.duckdb'}' as {catalog} (storage_version 'v1.5.0')"
            )
            migrate(earlier, catalog, known[:number])
            earlier.execute(row)

        with Warehouse.open(folder) as warehouse, warehouse.cursor() as cursor:
            kept, expected = KEPT[catalog]
            assert cursor.execute(kept).fetchall() == [expected]
            newest = f"select max(number) from {catalog}.migrations"
            assert cursor.execute(newest).fetchall() == [(known[-1].number,)]
            assert warehouse.landing.committed_seq == (7 if catalog == "landing" else 0)


def test_the_raw_tables_have_the_columns_of_the_batches_and_those_the_writer_adds(connection, tmp_path):
    connection.execute(f"attach '{tmp_path / 'landing.duckdb'}' as landing")
    migrate(connection, "landing", migrations_of("landing"))

    query = "select column_name from duckdb_columns() where table_name = ? and column_name <> 'time'"
    for table, schema in (("spans", SPANS), ("log_events", LOG_EVENTS)):
        columns = [name for (name,) in connection.execute(query, [table]).fetchall()]
        assert columns == [*schema.names, "ingested_at", "ingest_seq"]
