"""The doctor: whatever is wrong with a folder is found, explained, and mended by the command it names."""

import hashlib
import json
import shutil

import duckdb
import pytest

from spanmart.warehouse import Batch, LogEvent, Warehouse
from spanmart.warehouse.maintenance import doctor as examining
from spanmart.warehouse.maintenance.doctor import Severity, examine_databases, examine_files, examine_folder
from support.marts import Marts
from support.spans import any_span, span

BLOCK = 262_144


def examine(folder, **options):
    return [*examine_folder(folder), *examine_files(folder, **options)]


def wrong(folder, **options):
    """Findings that are not fine, by check."""
    return {each.check: each for each in examine(folder, **options) if each.severity is not Severity.FINE}


def only(folder, **options):
    [finding] = wrong(folder, **options).values()
    return finding


def change(path, *statements):
    with duckdb.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def folder(tmp_path):
    """A folder of somebody who has stopped spanmart: three commits, the last still in the log."""
    running, stopped = tmp_path / "running", tmp_path / "stopped"
    with Warehouse.open(running) as warehouse:
        for number in range(3):
            event = LogEvent("said", time_unix_nano=number, body="x" * 100)
            warehouse.landing.submit(Batch.of_log_events("test", [event] * 2)).result()
        shutil.copytree(running, stopped)
    stopped.chmod(0o700)
    return stopped


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_a_sound_folder_has_nothing_wrong_and_stays_as_it_is(folder):
    before = digests(folder)

    findings = examine(folder, deep=True)

    assert {finding.severity for finding in findings} == {Severity.FINE}
    checks = {
        "permissions",
        "files",
        "disk",
        "leftovers",
        "opens",
        "storage",
        "migrations",
        "blocks",
        "ledger",
    }
    assert checks <= {finding.check for finding in findings}
    assert any("3 commits add up" in finding.found for finding in findings)
    assert digests(folder) == before


def test_whatever_is_wrong_has_a_meaning_and_a_command(folder):
    (folder / "landing.duckdb").write_bytes(b"damaged")
    (folder / "app.duckdb").unlink()
    (folder / "marts.duckdb.20260101T000000.aside").write_bytes(b"old")
    for finding in wrong(folder).values():
        assert finding.means
        assert str(folder) in finding.mend


@pytest.mark.parametrize("name", ["landing", "app"])
def test_a_damaged_file_that_cannot_be_rebuilt_is_to_be_restored(folder, name):
    (folder / f"{name}.duckdb").write_bytes(b"damaged")
    finding = only(folder)
    assert (finding.check, finding.severity) == ("opens", Severity.PROBLEM)
    assert "spanmart restore" in finding.mend


def test_damaged_marts_are_to_be_built_anew(folder):
    (folder / "marts.duckdb").write_bytes(b"damaged")
    finding = only(folder)
    assert "Nothing is lost" in finding.means
    assert "build --full-refresh" in finding.mend


def test_a_damaged_block_of_old_rows_is_found_by_looking_deep(folder):
    change(
        folder / "landing.duckdb",
        "create table raw.more as select md5(range::varchar) as text from range(200000)",
        "checkpoint",
    )
    damage(folder / "landing.duckdb")

    assert "opens" not in wrong(folder)
    assert "checksum" in wrong(folder, deep=True)["opens"].found


def damage(path):
    """Flip bits in the middle of what is the largest table's."""
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // BLOCK * BLOCK + 1000
    for position in range(middle, middle + 64):
        content[position] ^= 0xFF
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("statement", "match"),
    [
        ("update raw.batches set rejected = 1 where ingest_seq = 2", "received is not stored"),
        (
            "delete from raw.log_events where ingest_seq = 2",
            "6 spans and events were stored, but 4 are there",
        ),
        ("update raw.batches set ingest_seq = 1 where ingest_seq = 2", "3 commits with 2 numbers"),
        ("delete from raw.batches where ingest_seq = 3", "stored"),
    ],
)
def test_a_ledger_that_does_not_add_up_is_a_problem(folder, statement, match):
    change(folder / "landing.duckdb", statement)
    finding = only(folder)
    assert (finding.check, finding.severity) == ("ledger", Severity.PROBLEM)
    assert match in finding.found


def test_rows_that_retention_took_are_not_missing(folder):
    change(
        folder / "landing.duckdb",
        "insert into raw.retention select 3, 'rows', now(), count(*) from raw.log_events where ingest_seq<3",
        "delete from raw.log_events where ingest_seq <= 2",
    )
    assert wrong(folder) == {}


def test_files_of_a_newer_version_need_that_version(folder):
    change(folder / "landing.duckdb", "insert into migrations values (99, 'from_the_future', now())")
    finding = only(folder)
    assert (finding.check, finding.severity) == ("migrations", Severity.PROBLEM)
    assert "pip install --upgrade" in finding.mend


def test_marts_ahead_of_the_ledger_are_told(folder):
    change(
        folder / "marts.duckdb",
        "create schema refresh",
        "create table refresh.refresh_state as select 7 as refreshed_seq",
    )
    assert "hold commit 7, the ledger ends at 3" in only(folder).found


def test_a_missing_file_is_told_also_where_its_log_is_there(folder):
    (folder / "landing.duckdb").unlink()
    assert "its log is there" in only(folder).found
    (folder / "landing.duckdb.wal").unlink()
    assert "missing" in only(folder).found


def test_missing_marts_are_no_trouble(folder):
    (folder / "marts.duckdb").unlink()
    assert wrong(folder) == {}


@pytest.mark.parametrize(
    "name", ["marts.duckdb.20260101T000000.aside", "landing.duckdb.restored", "app.duckdb.new"]
)
def test_leftovers_are_told_with_what_removes_them(folder, name):
    (folder / name).write_bytes(b"left")
    finding = only(folder)
    assert (finding.check, finding.severity) == ("leftovers", Severity.WARNING)
    assert finding.mend.startswith("rm ")
    assert name in finding.mend


def test_a_folder_that_others_may_read_is_told(folder):
    folder.chmod(0o755)
    assert only(folder).mend == f"chmod go-rwx {folder}"


@pytest.mark.parametrize(("free", "severity"), [(100_000_000, Severity.PROBLEM), (10**9, Severity.WARNING)])
def test_a_disk_that_fills_up_is_told(folder, monkeypatch, free, severity):
    usage = shutil.disk_usage(folder)._replace(free=free)
    monkeypatch.setattr(examining.shutil, "disk_usage", lambda _folder: usage)
    assert (only(folder).check, only(folder).severity) == ("disk", severity)


def test_a_log_that_no_checkpoint_empties_is_told(folder, monkeypatch):
    monkeypatch.setattr(examining, "LONG_LOG", 10)
    assert only(folder).check == "log"


def test_findings_are_plain_data(folder):
    assert json.dumps([vars(finding) for finding in examine(folder)])


@pytest.fixture
def built(tmp_path):
    """Marts of a warehouse that runs."""
    marts = Marts(Warehouse.open(tmp_path / "built"))
    marts.warehouse.folder.chmod(0o700)
    yield marts
    marts.close()


def test_spans_that_nobody_reads_are_told_with_their_scopes(built):
    unknown = {"llm.model": "x", "llm.usage.total_tokens": 5}
    hostile = "\x1b[31m" + "a" * 100
    built.build(
        span(1),
        *(any_span(number, unknown, scope="acme.llm") for number in (2, 3)),
        any_span(4, {**unknown, "llm.top": 1}, scope="acme.llm"),
        any_span(5, unknown, scope=hostile),
    )
    with built.warehouse.cursor() as cursor:
        running = {
            each.check: each
            for each in examine_databases(cursor, built.warehouse.folder, {"landing", "marts"})
        }
    built.close()
    finding = only(built.warehouse.folder)

    assert finding == running["unread spans"]
    assert (finding.check, finding.severity) == ("unread spans", Severity.WARNING)
    assert "4 spans of 3 kinds" in finding.found
    assert "acme.llm (3), \ufffd[31m" in finding.found
    assert "\x1b" not in finding.found
    assert len(finding.found) < 200
    assert "unread_spans" in finding.means


def test_of_many_scopes_the_most_frequent_are_named(built):
    built.build(
        *(any_span(number, {"llm.model": "x"}, scope=f"acme.{number // 2}") for number in range(1, 14))
    )
    built.close()
    found = only(built.warehouse.folder).found
    assert "13 spans of 7 kinds" in found
    assert found.endswith("acme.5 (2) and 2 more")


def test_where_every_call_is_read_the_doctor_says_so(built):
    built.build(span(1))
    built.close()
    assert wrong(built.warehouse.folder) == {}
    assert "unread spans" in {each.check for each in examine(built.warehouse.folder)}
