"""`spanmart doctor` on a folder that nobody holds, that `up` holds, and that something else holds."""

import fcntl
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from spanmart.warehouse import Warehouse
from support.running import RunningSpanmart

Run = Callable[..., Any]
Up = Callable[..., RunningSpanmart]


def checks(done: Any) -> dict[str, str]:
    return {each["check"]: each["severity"] for each in json.loads(done.stdout)["findings"]}


def test_a_sound_folder_ends_with_status_0_and_stays_closed_to_nobody(run: Run, tmp_path: Path) -> None:
    Warehouse.open(tmp_path / "data").close()
    done = run("doctor", "--data", "data", "--deep")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 problems" in done.stdout
    Warehouse.open(tmp_path / "data").close()


def test_a_problem_ends_with_status_1_and_the_command_that_mends_it(run: Run, tmp_path: Path) -> None:
    Warehouse.open(tmp_path / "data").close()
    (tmp_path / "data" / "landing.duckdb").write_bytes(b"damaged")
    done = run("doctor", "--data", "data")
    assert done.returncode == 1
    assert "PROBLEM  opens: landing.duckdb cannot be read" in done.stdout
    assert f"$ spanmart restore BACKUP --data {tmp_path / 'data'} --force" in done.stdout


def test_what_up_holds_is_examined_by_up_itself(run: Run, up: Up) -> None:
    spanmart = up()
    spanmart.send_call()
    spanmart.wait_until(lambda: spanmart.get("/readyz")["refreshed_seq"] == 1, "the marts")

    done = run("doctor", "--data", "data", "--json", "--deep")

    assert done.returncode == 0, done.stdout + done.stderr
    found = checks(done)
    assert {"holder", "ledger", "marts", "blocks", "disk"} <= set(found)
    assert set(found.values()) <= {"fine", "warning"}


def test_a_folder_that_something_else_holds_is_examined_from_outside(run: Run, tmp_path: Path) -> None:
    Warehouse.open(tmp_path / "data").close()
    with (tmp_path / "data" / ".lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run("doctor", "--data", "data", "--json")
    assert checks(done)["holder"] == "warning"
    assert "disk" in checks(done)


def test_a_folder_that_is_not_there_is_not_made(run: Run, tmp_path: Path) -> None:
    done = run("doctor", "--data", "nowhere")
    assert (done.returncode, "--data" in done.stderr) == (2, True)
    assert not (tmp_path / "nowhere").exists()


def test_a_backup_is_examined_like_any_folder(run: Run, tmp_path: Path) -> None:
    Warehouse.open(tmp_path / "data").close()
    assert run("backup", "--data", "data", "--to", "backup").returncode == 0
    assert run("doctor", "--data", "backup", "--deep").returncode == 0
