"""`spanmart build`: the marts built and tested, with a status that scripts can rely on."""

from collections.abc import Callable
from typing import Any

from spanmart.warehouse import Warehouse
from support.running import PATIENCE_S, RunningSpanmart

Run = Callable[..., Any]


def test_build_makes_the_marts_of_a_new_folder_and_tests_them(run: Run) -> None:
    done = run("build", "--data", "data")
    assert done.returncode == 0, done.stderr
    assert "The marts were made anew to commit 0" in done.stdout
    assert "tests: " in done.stdout


def test_build_says_when_nothing_new_has_landed_and_a_full_refresh_builds_all_the_same(
    run: Run, up: Callable[..., RunningSpanmart]
) -> None:
    spanmart = up()
    interaction_id = spanmart.send_call()
    spanmart.wait_until(lambda: bool(spanmart.interaction(interaction_id)), "the interaction")
    spanmart.process.terminate()
    spanmart.process.wait(PATIENCE_S)
    assert "already hold all that has landed (commit 1)" in run("build", "--data", "data").stdout
    assert "made anew to commit 1" in run("build", "--full-refresh", "--data", "data").stdout


def test_a_failing_test_is_named_and_ends_with_status_1(run: Run, tmp_path: Any) -> None:
    assert run("build", "--data", "data").returncode == 0
    warehouse = Warehouse.open(tmp_path / "data")
    with warehouse.cursor() as cursor:
        cursor.execute("insert into marts.interactions (interaction_id) values ('twice'), ('twice')")
    warehouse.close()
    done = run("build", "--data", "data")
    assert done.returncode == 1
    assert "unique_interactions_interaction_id" in done.stdout
