"""Backups: whole, of one moment, proven, and never half under their name."""

import json
import os
import threading

import duckdb
import pytest

from spanmart.warehouse import Batch, LogEvent, Warehouse
from spanmart.warehouse.errors import BackupDamaged, BackupFailed, FolderInUse
from spanmart.warehouse.maintenance.backup import (
    APP,
    LANDING,
    Backup,
    checkpoints_held,
    copy_app,
    copy_at_rest,
    copy_ledger,
    finish,
)
from spanmart.warehouse.maintenance.file_copy import copy_blocks, unfinished
from spanmart.warehouse.maintenance.restore import restore

LONG_TEXT = "as people write it " * 200


def land(warehouse, number):
    event = LogEvent("said", time_unix_nano=number, body=LONG_TEXT)
    return warehouse.landing.submit(Batch.of_log_events("test", [event] * 3))


def ledger(folder):
    warehouse = Warehouse.open(folder)
    with warehouse, warehouse.cursor() as cursor:
        rows = cursor.execute("select * from landing.raw.log_events order by all").fetchall()
        return rows, cursor.execute("select * from landing.raw.batches order by all").fetchall()


def back_up(warehouse, final):
    """The two passes of `spanmart backup`, in the process that writes (whose locks do not matter here)."""
    with unfinished(final) as copies:
        copy_blocks(warehouse.landing_path, copies / LANDING)
        copy_app(warehouse, copies / APP)
        with checkpoints_held(warehouse) as position:
            copy_ledger(warehouse.landing_path, copies / LANDING, position)
        return finish(copies, position.committed_seq)


def spoil_ledger(copies):
    with duckdb.connect(copies / LANDING) as connection:
        connection.execute("delete from raw.log_events")


@pytest.fixture
def warehouse(tmp_path):
    opened = Warehouse.open(tmp_path / "data")
    yield opened
    opened.close()


def test_what_was_acknowledged_before_is_in_it_and_can_be_restored(warehouse, tmp_path):
    for number in range(5):
        land(warehouse, number).result()

    backup = back_up(warehouse, tmp_path / "backup")
    land(warehouse, 6).result()
    restored, aside = restore(tmp_path / "backup", tmp_path / "again")

    assert (backup, aside) == (restored, [])
    assert backup.committed_seq == 5
    warehouse.close()
    rows, commits = ledger(tmp_path / "data")
    again = ledger(tmp_path / "again")
    assert again == ([row for row in rows if row[-1] <= 5], commits[:5])


def test_it_is_one_moment_while_others_write_and_checkpoints_wait(warehouse, tmp_path):
    stop, acknowledged = threading.Event(), []

    def write():
        while not stop.is_set():
            acknowledged.append(land(warehouse, len(acknowledged)).result())

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            before = acknowledged[-1] if acknowledged else 0
            backup = back_up(warehouse, tmp_path / f"backup-{number}")
            assert backup.committed_seq >= before
            rows, commits = ledger_of_copy(tmp_path / f"backup-{number}", tmp_path / f"restored-{number}")
            assert [commit[0] for commit in commits] == list(range(1, backup.committed_seq + 1))
            assert len(rows) == 3 * backup.committed_seq
            with warehouse.cursor() as cursor:
                cursor.execute("force checkpoint landing")
    finally:
        stop.set()
        writer.join()


def ledger_of_copy(backup, folder):
    restore(backup, folder)
    return ledger(folder)


def test_a_checkpoint_during_the_copy_is_noticed(warehouse, tmp_path):
    land(warehouse, 1).result()
    with checkpoints_held(warehouse) as position, warehouse.cursor() as cursor:
        cursor.execute("checkpoint landing")
        with pytest.raises(BackupFailed, match="again"):
            copy_ledger(warehouse.landing_path, tmp_path / LANDING, position)


def test_checkpoints_go_on_afterwards(warehouse):
    query = "select current_setting('checkpoint_threshold')"
    with warehouse.cursor() as cursor:
        [before] = cursor.execute(query).fetchall()
        with checkpoints_held(warehouse):
            [held] = cursor.execute(query).fetchall()
        [after] = cursor.execute(query).fetchall()
    assert before == after != held


def test_only_one_is_made_at_a_time(warehouse):
    with (
        checkpoints_held(warehouse),
        pytest.raises(BackupFailed, match="Another"),
        checkpoints_held(warehouse),
    ):
        pass


def test_a_folder_that_nobody_holds_is_copied_with_the_log_that_a_crash_left(warehouse, tmp_path):
    land(warehouse, 1).result()
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for name in (LANDING, APP):
        copy_at_rest(warehouse.folder / name, crashed / name)

    with unfinished(tmp_path / "backup") as copies:
        for name in (LANDING, APP):
            copy_at_rest(crashed / name, copies / name)
        assert finish(copies, 1).committed_seq == 1

    assert sorted(path.name for path in (tmp_path / "backup").iterdir()) == [APP, "backup.json", LANDING]


@pytest.mark.parametrize(
    ("spoil", "match"),
    [
        (lambda copies: (copies / LANDING).write_bytes(b"cut short"), "open"),
        (lambda copies: (copies / APP).unlink(), "app.duckdb was not copied"),
        (spoil_ledger, "add up"),
    ],
)
def test_a_copy_that_is_not_whole_gets_no_name_and_leaves_nothing(warehouse, tmp_path, spoil, match):
    land(warehouse, 1).result()

    with pytest.raises(BackupFailed, match=match), unfinished(tmp_path / "backups" / "one") as copies:
        copy_app(warehouse, copies / APP)
        copy_at_rest(warehouse.landing_path, copies / LANDING)
        spoil(copies)
        finish(copies, 1)

    assert list((tmp_path / "backups").iterdir()) == []


def test_a_copy_that_lacks_an_acknowledged_commit_is_refused(warehouse, tmp_path):
    land(warehouse, 1).result()
    with (
        pytest.raises(BackupFailed, match="ends at commit 1, but 2"),
        unfinished(tmp_path / "backup") as copies,
    ):
        for path in (warehouse.landing_path, warehouse.app_path):
            copy_at_rest(path, copies / path.name)
        finish(copies, 2)


def test_restoring_over_data_needs_force_and_keeps_what_was_there(warehouse, tmp_path):
    land(warehouse, 1).result()
    back_up(warehouse, tmp_path / "backup")
    land(warehouse, 2).result()
    warehouse.close()
    (tmp_path / "data" / LANDING).write_bytes(b"damaged")

    with pytest.raises(BackupFailed, match="--force"):
        restore(tmp_path / "backup", tmp_path / "data")
    assert (tmp_path / "data" / LANDING).read_bytes() == b"damaged"

    _, aside = restore(tmp_path / "backup", tmp_path / "data", force=True)
    assert {path.name.partition(".")[0] for path in aside} == {"landing", "app", "marts"}
    [kept] = [path for path in aside if path.name.startswith(LANDING)]
    assert kept.read_bytes() == b"damaged"
    assert len(ledger(tmp_path / "data")[1]) == 1


def test_a_folder_in_use_is_not_restored_into(warehouse, tmp_path):
    back_up(warehouse, tmp_path / "backup")
    with pytest.raises(FolderInUse):
        restore(tmp_path / "backup", tmp_path / "data", force=True)


def test_a_backup_that_changed_since_is_refused(warehouse, tmp_path):
    back_up(warehouse, tmp_path / "backup")
    with (tmp_path / "backup" / LANDING).open("r+b") as file:
        file.seek(20_000)
        file.write(b"flipped")

    with pytest.raises(BackupDamaged, match=LANDING):
        restore(tmp_path / "backup", tmp_path / "again")
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("said", [None, "", "{}", json.dumps({"files": [{"name": "../x"}]})])
def test_a_folder_without_a_whole_manifest_is_no_backup(tmp_path, said):
    if said is not None:
        (tmp_path / "backup.json").write_text(said)
    with pytest.raises(BackupDamaged, match="no backup"):
        Backup.read(tmp_path)


def test_copying_again_writes_only_what_differs_and_ends_where_the_source_does(tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(os.urandom(300_000))
    copy_blocks(source, target)
    with source.open("r+b") as file:
        file.truncate(200_000)
        file.seek(50_000)
        file.write(b"changed")
    copy_blocks(source, target)
    assert target.read_bytes() == source.read_bytes()
