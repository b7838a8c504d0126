"""`spanmart token`: the secret on stdout once, everything else about it on stderr."""

import os
import re
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spanmart.cli.control.socket import SOCKET
from spanmart.warehouse import Warehouse
from support.otlp import post
from support.running import PATIENCE_S, RunningSpanmart

Run = Callable[..., Any]
Up = Callable[..., RunningSpanmart]

SECRET = re.compile(r"(spanmart_[0-9a-f]{8})_[0-9a-f]{64}")


def create(run: Run, *arguments: str) -> str:
    done = run("token", "create", "--data", "data", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def listed(run: Run) -> list[list[str]]:
    done = run("token", "list", "--data", "data")
    assert done.returncode == 0, done.stderr
    return [re.split(r"\s{2,}", line) for line in done.stdout.splitlines()[1:]]


def test_create_prints_the_secret_alone_and_tells_how_to_use_it(run: Run) -> None:
    done = run("token", "create", "--data", "data", "--scope", "ingest", "checkout")

    assert (done.returncode, bool(SECRET.fullmatch(done.stdout.strip()))) == (0, True)
    assert "Token 'checkout'" in done.stderr
    assert 'OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer%20<the token>"' in done.stderr
    assert done.stdout.strip() not in done.stderr


def test_list_shows_everything_but_the_secret(run: Run) -> None:
    secret = create(
        run, "--scope", "ingest", "--scope", "read", "--expires", "2999-12-31T23:59", "night shift"
    )
    prefix = secret.rpartition("_")[0]

    [[name, shown, state, scopes, created, *others]] = listed(run)

    assert (name, shown, state, scopes) == ("night shift", prefix, "active", "ingest,read")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", created)
    assert others == ["2999-12-31 23:59", "-", "-"]


def test_a_revoked_token_stays_in_the_list_and_its_name_is_free(run: Run) -> None:
    first = create(run, "--scope", "ingest", "checkout")

    done = run("token", "revoke", "--data", "data", "checkout")
    create(run, "--scope", "ingest", "checkout")

    assert (done.returncode, done.stdout) == (0, "")
    assert f"'checkout' ({first.rpartition('_')[0]}...) is revoked" in done.stderr
    assert [(row[0], row[2]) for row in listed(run)] == [("checkout", "revoked"), ("checkout", "active")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["create", "checkout"], "--scope"),
        (["create", "--scope", "write", "checkout"], "'write' is not one of 'ingest', 'read', 'admin'"),
        (["create", "--scope", "ingest"], "NAME"),
        (["create", "--scope", "ingest", "--expires", "tomorrow", "checkout"], "--expires"),
        (["create", "--scope", "ingest", "--expires", "2020-01-01", "checkout"], "is in the past"),
        (["create", "--scope", "ingest", " "], "cannot be a token's name"),
        (["revoke", "checkout"], "`spanmart token list` shows them"),
    ],
)
def test_what_cannot_be_is_refused_with_status_2(run: Run, arguments: list[str], said: str) -> None:
    command, *rest = arguments
    done = run("token", command, "--data", "data", *rest)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_while_up_runs_the_commands_do_the_same(up: Up, run: Run) -> None:
    kept = create(run, "--scope", "ingest", "kept")
    up("--otlp-require-token")

    made = create(run, "--scope", "ingest", "--scope", "read", "--expires", "2999-12-31", "made")
    assert run("token", "revoke", "--data", "data", "kept").returncode == 0
    twice = run("token", "create", "--data", "data", "--scope", "ingest", "made")

    assert (twice.returncode, twice.stdout) == (2, "")
    assert "a token 'made' already" in twice.stderr
    assert [row[:4] for row in listed(run)] == [
        ["kept", kept.rpartition("_")[0], "revoked", "ingest"],
        ["made", made.rpartition("_")[0], "active", "ingest,read"],
    ]


def test_what_is_made_or_revoked_while_up_runs_counts_at_once(up: Up, run: Run) -> None:
    first = create(run, "--scope", "ingest", "first")
    spanmart = up("--otlp-require-token")

    second = create(run, "--scope", "ingest", "second")
    run("token", "revoke", "--data", "data", "first")

    assert post(spanmart.otlp, Authorization=f"Bearer {first}") == 401
    assert post(spanmart.otlp, Authorization=f"Bearer {second}") == 200


def test_what_was_made_while_up_ran_is_there_after_kill_9(up: Up, run: Run) -> None:
    create(run, "--scope", "ingest", "first")
    spanmart = up()
    create(run, "--scope", "ingest", "second")
    run("token", "revoke", "--data", "data", "first")
    spanmart.process.kill()
    spanmart.process.wait(PATIENCE_S)

    assert [(row[0], row[2]) for row in listed(run)] == [("first", "revoked"), ("second", "active")]
    up()
    assert len(listed(run)) == 2


def test_only_the_owner_of_the_folder_reaches_the_tokens(up: Up, tmp_path: Path) -> None:
    spanmart = up()

    [mode] = [path.stat().st_mode for path in (tmp_path / "data").iterdir() if path.is_socket()]
    assert stat.S_IMODE(mode) == 0o600
    spanmart.process.terminate()
    spanmart.process.wait(PATIENCE_S)
    assert [path for path in (tmp_path / "data").iterdir() if path.is_socket()] == []


@pytest.mark.parametrize(
    "line", [b"", b"\n", b"nonsense\n", b'{"command": "drop"}\n', b"[" * 100_000, b"\xff\n"]
)
def test_what_is_no_request_is_answered_and_harms_nothing(
    up: Up, run: Run, tmp_path: Path, line: bytes
) -> None:
    up()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE_S)
        connection.connect(str(tmp_path / "data" / SOCKET))
        connection.sendall(line)
        connection.shutdown(socket.SHUT_WR)
        assert b'"error": "' in connection.makefile("rb").readline()
    assert listed(run) == []


def test_a_process_that_does_not_answer_is_named(run: Run, tmp_path: Path) -> None:
    with Warehouse.open(tmp_path / "data"):
        done = run("token", "list", "--data", "data")

    assert (done.returncode, done.stdout) == (2, "")
    assert f"in use by process {os.getpid()}" in done.stderr


def test_a_folder_whose_path_is_too_long_for_a_socket_is_reached_too(
    up: Up, run: Run, tmp_path: Path
) -> None:
    deep = "/".join(["d" * 60] * 3)
    (tmp_path / deep).parent.mkdir(parents=True)

    up(data=deep)

    assert run("token", "create", "--data", deep, "--scope", "ingest", "checkout").returncode == 0
