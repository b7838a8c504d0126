"""The refresher: what it does when nothing, something, too much or something bad is there."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from spanmart.warehouse import Refresher
from spanmart.warehouse.dbt import runner
from spanmart.warehouse.dbt.paths import dbt_project_dir
from spanmart.warehouse.refresh import RefreshFailed
from support.marts import MARTS, Marts
from support.spans import feedback, span

PATIENCE_S = 120


def ids(marts: Marts) -> list[int]:
    rows = marts.query("select span_id from interactions order by span_id")
    return [int(row["span_id"], 16) for row in rows]


def test_a_fresh_warehouse_has_every_mart_typed_and_empty(
    open_marts: Callable[..., Marts], tmp_path: Path
) -> None:
    (tmp_path / "fresh").mkdir()
    marts = open_marts("fresh")
    assert marts.refresher.refresh().full
    tables = marts.query(
        "select table_name from information_schema.tables"
        " where table_catalog = 'marts' and table_schema = 'main'"
    )
    assert sorted(row["table_name"] for row in tables) == list(MARTS)
    types = {row["column_name"]: row["column_type"] for row in marts.query("describe interactions")}
    assert types["estimated_cost_usd"] == "DECIMAL(38,24)"
    assert types["created_at"] == "TIMESTAMP"
    assert types["missing_variables"] == "VARCHAR[]"
    for mart in MARTS:
        assert marts.query(f"select * from {mart}") == []


def test_a_copy_of_the_marts_can_be_read_under_any_name(
    open_marts: Callable[..., Marts], tmp_path: Path
) -> None:
    marts = open_marts()
    marts.build(span(1))
    marts.close()
    copy = shutil.copy(tmp_path / "data" / "marts.duckdb", tmp_path / "copy.duckdb")
    with duckdb.connect(copy, read_only=True) as connection:
        for mart in MARTS:
            connection.execute(f"select * from {mart}")


def test_nothing_new_is_nothing_done(marts: Marts) -> None:
    marts.build(span(1))
    before = marts.refresher.status
    report = marts.refresher.refresh()
    assert (report.changed, report.refreshed_seq) == (False, before.refreshed_seq)
    assert marts.refresher.status.version == before.version


def test_the_status_tells_what_the_marts_contain(marts: Marts) -> None:
    before = marts.refresher.status
    seq = marts.land(span(1))
    assert not marts.refresher.wait_for(seq, timeout=0)
    marts.refresher.refresh()
    after = marts.refresher.status
    assert marts.refresher.wait_for(seq, timeout=0)
    assert (after.refreshed_seq, after.running, after.error, after.progress) == (seq, False, None, None)
    assert after.version > before.version
    assert Refresher(marts.warehouse).status.version == after.version


@pytest.mark.parametrize("bound", [{"rows_per_refresh": 2}, {"bytes_per_refresh": 1}])
def test_a_bounded_refresh_takes_whole_commits_until_all_is_there(
    open_marts: Callable[..., Marts], bound: dict[str, int]
) -> None:
    marts = open_marts(**bound)
    for first in (1, 4, 7):
        marts.land(*(span(number) for number in range(first, first + 3)), feedback(first))
    marts.refresher.refresh()
    assert ids(marts) == list(range(1, 10))
    judged = marts.query("select count(*) as n from interactions where user_feedback = 'accepted'")
    assert judged == [{"n": 3}]
    last_piece = marts.query("select from_seq, upto_seq from refresh.refresh_window")
    assert last_piece == [{"from_seq": 2, "upto_seq": 3}]


def test_the_thread_refreshes_what_lands(marts: Marts) -> None:
    marts.refresher = Refresher(marts.warehouse, seconds=0.1)
    marts.refresher.start()
    try:
        assert marts.refresher.wait_for(marts.land(span(1)), PATIENCE_S)
        assert marts.refresher.wait_for(marts.land(span(2)), PATIENCE_S)
    finally:
        marts.refresher.stop()
    assert ids(marts) == [1, 2]


def test_a_refresh_that_fails_says_why_and_leaves_the_marts_as_they_were(marts: Marts) -> None:
    marts.build(span(1))
    with marts.warehouse.cursor() as cursor:
        cursor.execute("alter table interactions drop column environment")
    marts.land(span(2))
    with pytest.raises(RefreshFailed, match="interactions"):
        marts.refresher.refresh()
    assert "interactions" in (marts.refresher.status.error or "")
    assert not marts.refresher.status.running
    assert ids(marts) == [1]

    marts.refresher.refresh(full=True)
    assert marts.refresher.status.error is None
    assert ids(marts) == [1, 2]


def test_a_refresh_that_failed_reads_the_project_anew(
    open_marts: Callable[..., Marts], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = shutil.copytree(dbt_project_dir(), tmp_path / "project")
    monkeypatch.setattr(runner, "dbt_project_dir", lambda: project)
    model = project / "models" / "marts" / "calls" / "failures.sql"
    whole = model.read_text(encoding="utf-8")
    model.write_text(whole.replace("from", "form"), encoding="utf-8")  # as an upgrade may be half-way through
    marts = open_marts()
    marts.land(span(1))
    with pytest.raises(RefreshFailed, match="failures"):
        marts.refresher.refresh()

    model.write_text(whole, encoding="utf-8")
    marts.refresher.refresh()
    assert marts.refresher.status.error is None
    assert ids(marts) == [1]


def test_what_keeps_a_refresh_from_starting_is_told_and_tried_again(
    marts: Marts, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble = [duckdb.IOException("the disk is away"), OSError("so is the project"), ImportError("and dbt")]

    def built_with_trouble() -> object:
        if trouble:
            raise trouble.pop(0)
        return built()

    marts.refresher = Refresher(marts.warehouse, seconds=0.1)
    built = marts.refresher._read_built
    monkeypatch.setattr(marts.refresher, "_read_built", built_with_trouble)
    with pytest.raises(RefreshFailed, match="the disk is away"):
        marts.refresher.refresh()
    assert "the disk is away" in (marts.refresher.status.error or "")
    marts.refresher.start()
    try:
        assert marts.refresher.wait_for(marts.land(span(1)), PATIENCE_S)
    finally:
        marts.refresher.stop()
    assert marts.refresher.status.error is None


def test_deleted_marts_are_built_again_from_the_ledger(
    open_marts: Callable[..., Marts], tmp_path: Path
) -> None:
    marts = open_marts()
    marts.build(span(1), span(2), feedback(1))
    before = marts.query("select * from interactions order by all")
    marts.close()
    for path in (tmp_path / "data").glob("marts.duckdb*"):
        path.unlink()

    reopened = open_marts()
    assert reopened.refresher.status.refreshed_seq == 0
    assert reopened.refresher.refresh().full
    assert reopened.query("select * from interactions order by all") == before


def test_marts_of_another_version_of_the_project_are_built_again(marts: Marts) -> None:
    marts.build(span(1))
    with marts.warehouse.cursor() as cursor:
        cursor.execute("update refresh.refresh_state set project_fingerprint = 'of before'")
    assert marts.refresher.refresh().full
    assert not marts.refresher.refresh().changed


def test_what_models_of_another_version_left_goes_and_the_marts_are_built_again(marts: Marts) -> None:
    marts.build(span(1), feedback(1))
    before = marts.contents()
    with marts.warehouse.cursor() as cursor:
        cursor.execute("create table intermediate.int_refreshed as select 1 as refreshed_seq")
        cursor.execute("create view staging.stg_of_before as from intermediate.int_refreshed")
        cursor.execute("create table of_somebody as select 1 as answer")
    assert marts.refresher.refresh().full
    left = marts.query(
        "select table_name from information_schema.tables"
        " where table_name in ('int_refreshed', 'stg_of_before', 'of_somebody')"
    )
    assert [row["table_name"] for row in left] == ["of_somebody"]
    assert marts.contents() == before
    assert not marts.refresher.refresh().changed


def test_readers_never_miss_a_mart_while_all_are_made_anew(marts: Marts) -> None:
    marts.build(span(1))
    counts: set[int] = set()
    marts.refresher = Refresher(marts.warehouse, seconds=0.1)
    work = marts.refresher._dbt.rebuild

    def reading(variables: dict[str, object], progress: Callable[[str], None] | None = None) -> object:
        def read(node: str) -> None:
            counts.update(
                len(marts.query(f"select * from {mart}")) for mart in ("interactions", "interaction_texts")
            )
            if progress:
                progress(node)

        return work(variables, read)

    marts.refresher._dbt.rebuild = reading  # type: ignore[method-assign, assignment]
    marts.refresher.refresh(full=True)
    assert counts == {1}


KILLED = """
import os, signal, sys
from pathlib import Path
from spanmart.warehouse import Warehouse
from support.marts import Marts
from support.spans import failed, span

USAGE = {"gen_ai.usage.input_tokens": 1000, "gen_ai.response.model": "gpt-4o-mini"}
marts = Marts(Warehouse.open(Path(sys.argv[1])))
marts.build(span(1), span(2), failed(4, attributes=USAGE))
marts.land(span(2, attributes={"gen_ai.response.id": "again"}), span(3))
last_model, how = sys.argv[2:]
work = marts.refresher._dbt.rebuild if how == "full" else marts.refresher._dbt.refresh
if how == "prices":
    marts.write_prices('[[model]]\\nprovider = "openai"\\nmodel = "gpt-4o-mini"\\ninput_mtok = 1\\n')

def die(node):
    if node == last_model:
        os.kill(os.getpid(), signal.SIGKILL)

work({**marts.refresher._variables(), "has_new_prices": how == "prices"}, die)
"""


@pytest.mark.parametrize(
    ("last_model", "how"),
    [
        ("interaction_texts", "refresh"),
        ("interactions", "refresh"),
        ("costs_daily", "refresh"),
        ("refresh_state", "refresh"),
        ("failures", "full"),
        ("interactions", "prices"),
        ("costs_daily", "prices"),
    ],
)
def test_killed_in_the_middle_the_next_start_heals(
    open_marts: Callable[..., Marts], empty_warehouse: Path, tmp_path: Path, last_model: str, how: str
) -> None:
    folder = shutil.copytree(empty_warehouse, tmp_path / "killed")
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(folder), last_model, how]
    assert subprocess.run(command, env=environment, check=False).returncode == -signal.SIGKILL

    marts = open_marts("killed")
    assert set(ids(marts)) >= {1, 2}
    marts.refresher.refresh()
    assert ids(marts) == [1, 2, 3, 4]
    assert marts.interaction(2)["response_id"] == "again"
    healed = marts.contents()
    marts.refresher.refresh(full=True)
    assert healed == marts.contents()
