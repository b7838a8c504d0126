"""The net under the models: a commit that none can be built with costs itself, and nothing beside it."""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from spanmart.warehouse import Refresher
from spanmart.warehouse.dbt import runner
from spanmart.warehouse.dbt.paths import dbt_project_dir
from spanmart.warehouse.dbt.runner import DbtFailed
from spanmart.warehouse.maintenance.doctor import Severity, examine_databases
from spanmart.warehouse.refresh import RefreshFailed
from support.marts import Marts
from support.spans import failed, feedback, span

OpenMarts = Callable[..., Marts]
POISON = {"user.id": "poison"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project for a test to break."""
    project = shutil.copytree(
        dbt_project_dir(), tmp_path / "project", ignore=shutil.ignore_patterns("target", "logs")
    )
    monkeypatch.setattr(runner, "dbt_project_dir", lambda: project)
    return project


def break_by(project: Path, error: str, model: str, column: str) -> None:
    """Let a model raise `error` where it meets the poison."""
    path = project / "models" / model
    whole = path.read_text(encoding="utf-8")
    raising = f"case when user_id = 'poison' then {error} else {column} end as {column}"
    assert whole.count(f"\n    {column},") == 1
    path.write_text(whole.replace(f"\n    {column},", f"\n    {raising},"), encoding="utf-8")


READ = ("intermediate/calls/int_interactions_normalised.sql", "session_id")
CONVERSION = "('of a ' || user_id)::integer::varchar"


@pytest.fixture
def poisoned(project: Path, open_marts: OpenMarts) -> Marts:
    """Marts whose models cannot read a call of the user `poison`, as they could not an odd value one day."""
    break_by(project, CONVERSION, *READ)
    marts = open_marts()
    marts.refresher.refresh()
    return marts


def numbers(marts: Marts) -> list[int]:
    rows = marts.query("select span_id from interactions order by span_id")
    return [int(row["span_id"], 16) for row in rows]


def refreshes(marts: Marts, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The refreshes that are begun from now on."""
    begun: list[str] = []
    for how in ("refresh", "rebuild"):
        work = getattr(marts.refresher._dbt, how)

        def counted(*arguments: object, how: str = how, work: Callable[..., object] = work) -> object:
            begun.append(how)
            return work(*arguments)

        monkeypatch.setattr(marts.refresher._dbt, how, counted)
    return begun


def test_a_commit_that_cannot_be_built_with_is_set_aside_and_the_rest_is_built(
    poisoned: Marts, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(1, 17):
        poisoned.land(span(number, attributes=POISON if number == 11 else {}), feedback(number))
    begun = refreshes(poisoned, monkeypatch)
    with caplog.at_level(logging.ERROR):
        poisoned.refresher.refresh()

    assert numbers(poisoned) == [number for number in range(1, 17) if number != 11]
    assert begun == ["refresh"] * 7  # the window, four halves, the commit alone, the rest without it
    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert "Commit 11 is set aside" in record.getMessage()
    assert "of a poison" in record.getMessage()
    ledger = poisoned.query("select ingest_seq, set_aside_because from ingest_ledger order by ingest_seq")
    assert [row["ingest_seq"] for row in ledger] == list(range(1, 17))
    assert [row["ingest_seq"] for row in ledger if row["set_aside_because"]] == [11]
    status = poisoned.refresher.status
    assert (status.error, status.refreshed_seq, status.set_aside) == (None, 16, 1)
    with poisoned.warehouse.cursor() as cursor:
        findings = [*examine_databases(cursor, poisoned.warehouse.folder, {"landing", "marts"})]
    [found] = [finding for finding in findings if finding.severity is Severity.PROBLEM]
    assert found.check == "set aside"
    assert "commit 11 with 2 spans and events" in found.found


def test_what_is_set_aside_stays_so_with_the_next_start_and_a_rebuild(
    poisoned: Marts, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned.build(span(1), failed(2))
    for number in (3, 4, 5):
        poisoned.land(span(number, attributes=POISON if number == 4 else {}), feedback(1, "rejected"))
    poisoned.refresher.refresh()
    poisoned.build(span(6), feedback(4))
    stepwise = poisoned.contents()

    poisoned.refresher = Refresher(poisoned.warehouse)
    assert poisoned.refresher.status.set_aside == 1
    begun = refreshes(poisoned, monkeypatch)
    poisoned.refresher.refresh(full=True)

    assert begun == ["rebuild"]
    assert poisoned.contents() == stepwise
    assert numbers(poisoned) == [1, 2, 3, 5, 6]


def test_a_rebuild_finds_it_too(
    project: Path, open_marts: OpenMarts, caplog: pytest.LogCaptureFixture
) -> None:
    marts = open_marts()
    for number in (1, 2, 3, 4):
        marts.land(span(number, attributes=POISON if number in (1, 3) else {}))
    marts.refresher.refresh()
    break_by(project, CONVERSION, *READ)

    marts.refresher = Refresher(marts.warehouse)
    marts.refresher.refresh()

    assert numbers(marts) == [2, 4]
    assert [record.getMessage()[:8] for record in caplog.records] == ["Commit 1", "Commit 3"]


def test_another_version_of_the_models_tries_again(poisoned: Marts, project: Path) -> None:
    poisoned.build(span(1))
    poisoned.build(span(2, attributes=POISON))
    poisoned.build(span(3))
    assert (numbers(poisoned), poisoned.refresher.status.set_aside) == ([1, 3], 1)

    model = project / "models" / READ[0]
    shutil.copy(dbt_project_dir() / "models" / READ[0], model)
    poisoned.refresher = Refresher(poisoned.warehouse)
    poisoned.refresher.refresh()

    assert (numbers(poisoned), poisoned.refresher.status.set_aside) == ([1, 2, 3], 0)


def test_nothing_of_it_stays_in_marts_that_were_written_before_another_failed(
    project: Path, open_marts: OpenMarts
) -> None:
    break_by(project, "('of a ' || user_id)::date", "marts/summaries/users_daily.sql", "day")
    marts = open_marts()
    marts.build(span(1), span(4, attributes={"user.id": "ada"}))
    marts.land(span(2), feedback(1, "rejected"))
    # The call of an earlier commit is told otherwise, and judged.
    marts.land(span(4, attributes=POISON), feedback(1, "accepted"))
    marts.land(span(3))
    marts.refresher.refresh()
    stepwise = marts.contents()

    assert numbers(marts) == [1, 2, 3, 4]
    assert (marts.interaction(4)["user_id"], marts.interaction(1)["user_feedback"]) == ("ada", "rejected")
    marts.refresher.refresh(full=True)
    assert marts.contents() == stepwise


def test_what_fails_without_a_commit_too_sets_none_aside(project: Path, open_marts: OpenMarts) -> None:
    marts = open_marts()
    marts.refresher.refresh()
    model = project / "models" / "marts" / "monitoring" / "refresh_state.sql"
    whole = model.read_text(encoding="utf-8")
    assert "    upto_seq as refreshed_seq," in whole
    model.write_text(whole.replace("upto_seq as", "('at ' || upto_seq)::bigint as"), encoding="utf-8")
    # Read anew under the name that it had: no other version, whose rebuild would begin with what is there.
    for number in (1, 2, 3):
        marts.land(span(number))
    runner._PARSED.clear()
    with pytest.raises(RefreshFailed, match="refresh_state"):
        marts.refresher.refresh()
    assert marts.query("select * from landing.raw.set_aside") == []
    assert marts.refresher.status.error


def failing_of(marts: Marts, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what fails from now on fail of another reason."""
    work = marts.refresher._dbt.refresh

    def fail(*arguments: object) -> object:
        try:
            return work(*arguments)  # type: ignore[arg-type]
        except DbtFailed as fault:
            raise DbtFailed(str(fault).replace("Conversion Error", kind), fault.begun) from fault

    monkeypatch.setattr(marts.refresher._dbt, "refresh", fail)


def test_a_full_disk_sets_no_commit_aside(poisoned: Marts, monkeypatch: pytest.MonkeyPatch) -> None:
    failing_of(poisoned, "IO Error", monkeypatch)
    poisoned.land(span(1))
    poisoned.land(span(2, attributes=POISON))
    begun = refreshes(poisoned, monkeypatch)
    with pytest.raises(RefreshFailed, match="IO Error"):
        poisoned.refresher.refresh()
    assert begun == ["refresh"]
    assert poisoned.query("select * from landing.raw.set_aside") == []


def test_out_of_memory_is_of_a_commit_only_where_another_can_be_built_with(
    poisoned: Marts, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_of(poisoned, "Out of Memory Error", monkeypatch)
    poisoned.land(span(1, attributes=POISON))
    with pytest.raises(RefreshFailed, match="Out of Memory"):
        poisoned.refresher.refresh()
    assert poisoned.query("select * from landing.raw.set_aside") == []

    poisoned.build(span(2))
    assert (numbers(poisoned), poisoned.refresher.status.set_aside) == ([2], 1)
