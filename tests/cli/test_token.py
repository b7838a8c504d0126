"""`spanmart token`: the secret on stdout once, everything else about it on stderr."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.running import RunningSpanmart

Run = Callable[..., Any]

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


@pytest.mark.parametrize("arguments", [["list"], ["create", "--scope", "ingest", "a"], ["revoke", "a"]])
def test_while_up_runs_it_says_what_to_do(
    up: Callable[..., RunningSpanmart], run: Run, tmp_path: Path, arguments: list[str]
) -> None:
    spanmart = up()
    command, *rest = arguments

    done = run("token", command, "--data", "data", *rest)

    assert (done.returncode, done.stdout) == (2, "")
    for words in (
        f"in use by process {spanmart.process.pid}",
        f"kill {spanmart.process.pid}",
        "start it again",
    ):
        assert words in done.stderr
