"""`spanmart backup` and `restore`, as people and their cron run them."""

import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from spanmart.warehouse import Warehouse
from support.running import PATIENCE_S, RunningSpanmart

Run = Callable[..., Any]
Up = Callable[..., RunningSpanmart]


def spans_in(folder: Path) -> list[str]:
    with Warehouse.open(folder) as warehouse, warehouse.cursor() as cursor:
        rows = cursor.execute("select trace_id || '-' || span_id from landing.raw.spans").fetchall()
    return sorted(interaction for (interaction,) in rows)


def stop(spanmart: RunningSpanmart) -> None:
    spanmart.process.terminate()
    spanmart.process.wait(PATIENCE_S)


def test_a_backup_of_a_running_spanmart_is_restored_and_served(run: Run, up: Up, tmp_path: Path) -> None:
    spanmart = up()
    before = sorted(spanmart.send_call() for _ in range(3))

    done = run("backup", "--data", "data", "--to", "backups/first")
    after = spanmart.send_call()

    assert (done.returncode, done.stdout.strip()) == (0, str(tmp_path / "backups" / "first")), done.stderr
    assert stat.S_IMODE((tmp_path / "backups" / "first").stat().st_mode) == 0o700
    restored = run("restore", "backups/first", "--data", "again")
    assert restored.returncode == 0, restored.stderr
    again = up(data="again")
    again.wait_until(lambda: bool(again.interaction(before[0])), "the marts of the restored ledger")
    stop(again)
    stop(spanmart)
    assert spans_in(tmp_path / "again") == before
    assert spans_in(tmp_path / "data") == sorted([*before, after])


def test_without_a_running_spanmart_the_files_are_copied_themselves(run: Run, tmp_path: Path) -> None:
    Warehouse.open(tmp_path / "data").close()
    (tmp_path / "backups").mkdir()

    done = run("backup", "--data", "data", "--to", "backups")

    [made] = (tmp_path / "backups").iterdir()
    assert (done.returncode, done.stdout.strip()) == (0, str(made)), done.stderr
    assert made.name.startswith("spanmart-backup-20")


def test_own_prices_are_restored_with_what_they_priced(run: Run, tmp_path: Path) -> None:
    Warehouse.open(tmp_path / "data").close()
    prices = tmp_path / "data" / "prices.toml"
    prices.write_text("# those of then\n")
    run("backup", "--data", "data", "--to", "backup")
    prices.write_text("# those of now\n")
    run("restore", "backup", "--data", "data", "--force")
    assert prices.read_text() == "# those of then\n"
    [aside] = (tmp_path / "data").glob("prices.toml.*.aside")
    assert aside.read_text() == "# those of now\n"


def test_a_backup_needs_a_data_folder_and_a_new_place(run: Run, tmp_path: Path) -> None:
    missing = run("backup", "--data", "nowhere")
    assert (missing.returncode, "--data" in missing.stderr) == (2, True)
    assert not (tmp_path / "nowhere").exists()

    Warehouse.open(tmp_path / "data").close()
    (tmp_path / "taken").write_text("")
    taken = run("backup", "--data", "data", "--to", "taken")
    assert (taken.returncode, "--to" in taken.stderr) == (2, True)


def test_a_backup_that_is_killed_leaves_nothing_under_its_name_and_can_be_made_again(
    run: Run, up: Up, tmp_path: Path
) -> None:
    spanmart = up()
    spanmart.send_call()
    command = [str(Path(sys.executable).parent / "spanmart"), "backup", "--data", "data", "--to", "mine"]
    killed = subprocess.Popen(command, cwd=tmp_path)
    unfinished = tmp_path / ".mine.unfinished"
    while not unfinished.exists() and killed.poll() is None:
        pass
    killed.send_signal(signal.SIGKILL)
    assert killed.wait(PATIENCE_S) == -signal.SIGKILL
    assert not (tmp_path / "mine").exists()

    again = run("backup", "--data", "data", "--to", "mine")

    assert again.returncode == 0, again.stderr
    assert not unfinished.exists()


def test_restore_refuses_what_is_in_use_and_what_is_there(run: Run, up: Up, tmp_path: Path) -> None:
    spanmart = up()
    assert run("backup", "--data", "data", "--to", "backup").returncode == 0
    in_use = run("restore", "backup", "--data", "data", "--force")
    assert (in_use.returncode, str(spanmart.process.pid) in in_use.stderr) == (2, True)
    stop(spanmart)
    refused = run("restore", "backup", "--data", "data")
    assert (refused.returncode, "--force" in refused.stderr) == (2, True)

    forced = run("restore", "backup", "--data", "data", "--force")

    assert forced.returncode == 0, forced.stderr
    assert "landing.duckdb" in forced.stderr
    assert list((tmp_path / "data").glob("landing.duckdb.*.aside"))


def test_a_folder_with_a_path_too_long_for_a_socket_is_backed_up_too(
    up: Up, run: Run, tmp_path: Path
) -> None:
    deep = "x" * 60 + "/" + "y" * 60
    (tmp_path / deep).parent.mkdir()
    spanmart = up(data=deep)
    spanmart.send_call()
    done = run("backup", "--data", deep, "--to", "backup")
    assert done.returncode == 0, done.stderr


def test_only_the_owner_may_ask(up: Up, tmp_path: Path) -> None:
    up()
    assert stat.S_IMODE((tmp_path / "data" / ".control.sock").stat().st_mode) == 0o600
