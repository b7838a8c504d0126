"""`spanmart user` and `spanmart audit`: who may log in, and who changed that."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from support.running import RunningSpanmart

Run = Callable[..., Any]
Up = Callable[..., RunningSpanmart]

PASSWORD = "correct horse battery"


def user(run: Run, *arguments: str, password: str | None = None) -> Any:
    given = ("--password-stdin",) if password is not None else ()
    return run("user", *arguments, "--data", "data", *given, stdin=password)


def add(run: Run, name: str, role: str = "viewer") -> None:
    done = user(run, "add", name, "--role", role, password=PASSWORD)
    assert done.returncode == 0, done.stderr


def listed(run: Run) -> list[tuple[str, str]]:
    done = user(run, "list")
    assert done.returncode == 0, done.stderr
    rows = [re.split(r"\s{2,}", line) for line in done.stdout.splitlines()[1:]]
    return [(row[0], row[1]) for row in rows]


def test_add_says_what_it_did_and_never_the_password(run: Run) -> None:
    done = user(run, "add", "ada", "--role", "admin", password=f"{PASSWORD}\n")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "User 'ada' added, as admin.\n")
    assert listed(run) == [("ada", "admin")]


def test_users_are_viewers_unless_said_otherwise(run: Run) -> None:
    add(run, "ada", "admin")
    done = user(run, "add", "grace", password=PASSWORD)

    assert "as viewer" in done.stderr


def test_without_a_terminal_the_password_is_asked_for_twice(run: Run) -> None:
    done = run("user", "add", "--data", "data", "ada", stdin=f"{PASSWORD}\nanother one, longer\n")

    assert done.returncode != 0
    assert listed(run) == []


@pytest.mark.parametrize(
    ("arguments", "password", "said"),
    [
        (["add", "ada"], "short", "12 to 1000 characters"),
        (["add", "ada", "--role", "root"], PASSWORD, "'root' is not one of 'admin', 'viewer'"),
        (["add", "grace"], PASSWORD, "The first user must be an admin"),
        (["password", "nobody"], PASSWORD, "`spanmart user list` shows them"),
        (["remove", "nobody"], None, "`spanmart user list` shows them"),
        (["role", "nobody", "admin"], None, "`spanmart user list` shows them"),
    ],
)
def test_what_cannot_be_is_refused_with_status_2(
    run: Run, arguments: list[str], password: str | None, said: str
) -> None:
    done = user(run, *arguments, password=password)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_while_up_runs_the_commands_do_the_same_and_the_log_has_it(up: Up, run: Run) -> None:
    add(run, "ada", "admin")
    up()

    add(run, "grace")
    twice = user(run, "add", "GRACE", password=PASSWORD)
    assert user(run, "role", "grace", "admin").returncode == 0
    assert user(run, "password", "grace", password="another one, longer").returncode == 0
    assert user(run, "remove", "ada").returncode == 0
    last = user(run, "role", "grace", "viewer")

    assert (twice.returncode, last.returncode) == (2, 2)
    assert "a user 'grace' already" in twice.stderr
    assert "the only admin" in last.stderr
    assert listed(run) == [("grace", "admin")]
    log = json.loads(run("audit", "--data", "data", "--limit", "4", "--json").stdout)
    assert [(entry["action"], entry["subject"], entry["details"]) for entry in log] == [
        ("remove user", "ada", ""),
        ("set password", "grace", ""),
        ("set role", "grace", "viewer → admin"),
        ("add user", "grace", "role viewer"),
    ]


def test_audit_is_a_table_with_the_newest_first(run: Run) -> None:
    add(run, "ada", "admin")
    add(run, "grace")

    heading, first, second = run("audit", "--data", "data").stdout.splitlines()

    assert heading.split("  ")[0] == "TIME (UTC)"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  command line  -     add user  grace .*", first)
    assert "ada" in second
