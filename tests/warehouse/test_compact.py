"""Compacting the ledger: the same rows in less room, or nothing done."""

import random
from pathlib import Path

import pytest

from spanmart.warehouse import Warehouse
from spanmart.warehouse.errors import CompactionFailed, FolderInUse
from spanmart.warehouse.maintenance.compact import compact
from support.marts import Marts
from support.spans import feedback, span

ROWS = {
    table: f"select * from landing.raw.{table} order by all" for table in ("spans", "log_events", "batches")
}


def read(folder: Path) -> dict[str, object]:
    with Warehouse.open(folder) as warehouse, warehouse.cursor() as cursor:
        return {table: cursor.execute(query).fetchall() for table, query in ROWS.items()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A ledger most of whose rows were deleted."""
    marts = Marts(Warehouse.open(tmp_path))
    noise = [random.Random(number).randbytes(1_000).hex() for number in range(3_000)]
    marts.land(*(span(number, attributes={"noise": text}) for number, text in enumerate(noise)), feedback(1))

    def forget(connection, seq):
        [gone] = connection.execute(
            "delete from landing.raw.spans where trace_id >= ?", [f"{100:032x}"]
        ).fetchone()
        connection.execute("insert into landing.raw.retention values (?, 'rows', now(), ?)", [seq, gone])
        return 0

    marts.warehouse.landing.amend("retention", forget).result()
    marts.close()
    return tmp_path


def test_the_same_rows_take_less_room(folder: Path) -> None:
    rows = read(folder)
    before, after = compact(folder)
    assert after < before / 2
    assert (folder / "landing.duckdb").stat().st_size == after
    assert read(folder) == rows


def test_a_folder_that_is_in_use_is_left_alone(folder: Path) -> None:
    with Warehouse.open(folder), pytest.raises(FolderInUse):
        compact(folder)


def test_a_ledger_that_does_not_add_up_is_left_as_it_is(folder: Path) -> None:
    with Warehouse.open(folder) as warehouse, warehouse.cursor() as cursor:
        cursor.execute("delete from landing.raw.log_events")
    rows = read(folder)
    with pytest.raises(CompactionFailed, match="are there"):
        compact(folder)
    assert read(folder) == rows
    assert sorted(path.name for path in folder.glob("*.new")) == []


def test_a_folder_without_a_ledger_is_told(tmp_path: Path) -> None:
    with pytest.raises(CompactionFailed, match=r"there is no landing\.duckdb"):
        compact(tmp_path)
