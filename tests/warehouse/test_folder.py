"""The data folder: one process holds it, and what is wrong with it is said in full."""

import os
import shutil
import subprocess
import sys

import duckdb
import pytest

from spanmart.warehouse import Batch, LogEvent, Warehouse
from spanmart.warehouse.errors import DamagedFile, FolderInUse, FolderUnusable
from spanmart.warehouse.storage.database import SETTINGS

EVENT = LogEvent("happened", time_unix_nano=1_000)
HOLD = """
import sys
from pathlib import Path
from spanmart.warehouse import Warehouse

Warehouse.open(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def land(warehouse, *events):
    return warehouse.landing.submit(Batch.of_log_events("test", events)).result()


def events_in(warehouse):
    with warehouse.cursor() as cursor:
        return cursor.execute("select count(*) from landing.raw.log_events").fetchone()[0]


def filled(folder):
    warehouse = Warehouse.open(folder)
    land(warehouse, EVENT)
    with warehouse.cursor() as cursor:
        cursor.execute("create table interactions as select 1 as interaction")
    warehouse.close()


def test_a_new_folder_is_made_with_its_three_files(tmp_path):
    warehouse = Warehouse.open(tmp_path / "not" / "yet")

    assert warehouse.landing.committed_seq == 0
    for path in (warehouse.marts_path, warehouse.landing_path, warehouse.app_path):
        assert path.is_file()
        assert path.parent == warehouse.folder == tmp_path / "not" / "yet"
    warehouse.close()


def test_files_have_the_storage_version_that_extensions_read(tmp_path):
    warehouse = Warehouse.open(tmp_path)
    with warehouse.cursor() as cursor:
        query = "select database_name, tags['storage_version'] from duckdb_databases() where path is not null"
        versions = dict(cursor.execute(query).fetchall())
    warehouse.close()
    assert versions == {"marts": "v1.5.0+", "landing": "v1.5.0+", "app": "v1.5.0+"}


def test_another_connection_to_the_marts_may_open_them_with_no_settings(tmp_path):
    warehouse = Warehouse.open(tmp_path)
    land(warehouse, EVENT)
    with duckdb.connect(warehouse.marts_path) as as_dbt_does:
        assert as_dbt_does.execute("select count(*) from landing.raw.log_events").fetchone() == (1,)
    warehouse.close()


def test_everything_is_there_after_reopening(tmp_path):
    filled(tmp_path)

    warehouse = Warehouse.open(tmp_path)
    assert warehouse.landing.committed_seq == 1
    assert events_in(warehouse) == 1
    assert land(warehouse, EVENT) == 2
    warehouse.close()


def test_a_folder_in_use_names_itself_and_the_process_that_holds_it(tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(FolderInUse) as caught:
            Warehouse.open(tmp_path)

    assert caught.value.pid == holder.pid
    assert str(holder.pid) in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    Warehouse.open(tmp_path).close()


def test_a_file_open_in_another_program_is_in_use_and_not_damaged(tmp_path):
    filled(tmp_path)
    program = "import sys, duckdb; held = duckdb.connect(sys.argv[1]); print(flush=True); input()"
    arguments = [sys.executable, "-c", program, tmp_path / "landing.duckdb"]
    other = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with other:
        other.stdout.readline()
        with pytest.raises(FolderInUse):
            Warehouse.open(tmp_path)
        other.communicate("\n")


def test_a_path_that_cannot_be_a_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(FolderUnusable, match="--data"):
        Warehouse.open(tmp_path / "file")


@pytest.mark.parametrize("damage", [b"", b"not a database" * 1000])
def test_damaged_marts_are_set_aside_and_made_anew(tmp_path, damage):
    filled(tmp_path)
    (tmp_path / "marts.duckdb").write_bytes(damage)

    warehouse = Warehouse.open(tmp_path)

    with warehouse.cursor() as cursor:
        query = "select count(*) from duckdb_tables() where database_name = 'marts'"
        assert cursor.execute(query).fetchone() == (0,)
    assert events_in(warehouse) == 1
    [aside] = tmp_path.glob("marts.duckdb.*.aside")
    assert aside.read_bytes() == damage
    warehouse.close()


@pytest.mark.parametrize("name", ["landing.duckdb", "app.duckdb"])
@pytest.mark.parametrize("damage", [b"", b"not a database" * 1000])
def test_a_damaged_file_that_cannot_be_rebuilt_is_refused_and_left_as_it_is(tmp_path, name, damage):
    filled(tmp_path)
    (tmp_path / name).write_bytes(damage)

    with pytest.raises(DamagedFile, match="restore") as caught:
        Warehouse.open(tmp_path)

    assert caught.value.path == tmp_path / name
    assert (tmp_path / name).read_bytes() == damage


def test_a_damaged_log_of_the_ledger_is_refused_and_left_as_it_is(tmp_path):
    running, crashed = tmp_path / "running", tmp_path / "crashed"
    warehouse = Warehouse.open(running)
    for _ in range(3):
        land(warehouse, EVENT)
    shutil.copytree(running, crashed)
    warehouse.close()
    log = crashed / "landing.duckdb.wal"
    damage = bytearray(log.read_bytes())
    damage[len(damage) // 2] ^= 1
    log.write_bytes(damage)

    with pytest.raises(DamagedFile, match="restore"):
        Warehouse.open(crashed)

    assert log.read_bytes() == damage


def test_a_missing_ledger_whose_log_is_there_is_refused(tmp_path):
    filled(tmp_path)
    (tmp_path / "landing.duckdb").unlink()
    (tmp_path / "landing.duckdb.wal").write_bytes(b"rows that were acknowledged")

    with pytest.raises(DamagedFile, match="missing"):
        Warehouse.open(tmp_path)


def test_marts_of_a_ledger_that_is_gone_are_set_aside(tmp_path):
    filled(tmp_path)
    (tmp_path / "landing.duckdb").unlink()

    warehouse = Warehouse.open(tmp_path)

    with warehouse.cursor() as cursor, pytest.raises(duckdb.CatalogException):
        cursor.execute("from marts.interactions")
    warehouse.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write any file")
def test_a_file_that_may_not_be_written_is_not_damaged(tmp_path):
    filled(tmp_path)
    (tmp_path / "marts.duckdb").chmod(0o000)

    with pytest.raises(FolderUnusable, match="permissions"):
        Warehouse.open(tmp_path)

    assert list(tmp_path.glob("*.aside")) == []


def test_every_connection_has_the_settings(tmp_path):
    with Warehouse.open(tmp_path) as warehouse, duckdb.connect(warehouse.marts_path) as dbts:
        for connection in (warehouse.cursor(), dbts):
            found = dict(connection.execute("select name, value from duckdb_settings()").fetchall())
            sizes = ("checkpoint_threshold", "memory_limit")  # DuckDB says them in other units
            assert {name: found[name].lower() for name in SETTINGS if name not in sizes} == {
                name: value for name, value in SETTINGS.items() if name not in sizes
            }
