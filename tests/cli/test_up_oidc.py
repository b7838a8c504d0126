"""`spanmart up` with a login through an OpenID Connect provider."""

import subprocess
import sys
import urllib.request
from collections.abc import Callable
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

from support.oidc_provider import CLIENT_ID, CLIENT_SECRET, provider
from support.running import PATIENCE_S, RunningSpanmart

Run = Callable[..., Any]
ISSUER, CLIENT = ("--oidc-issuer", "https://login.example.com"), ("--oidc-client-id", CLIENT_ID)


def test_whoever_the_provider_names_is_let_in(
    up: Callable[..., RunningSpanmart], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = ("user", "add", "--data", "data", "ada@example.com", "--role", "admin", "--password-stdin")
    assert run(*add, stdin="correct horse battery").returncode == 0
    monkeypatch.setenv("SPANMART_OIDC_CLIENT_SECRET", CLIENT_SECRET)
    with provider() as login:
        spanmart = up("--oidc-issuer", login.issuer, *CLIENT)
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        with browser.open(f"{spanmart.web}/login/oidc?next=/openapi.json", timeout=PATIENCE_S) as answer:
            assert (answer.status, answer.url) == (200, f"{spanmart.web}/openapi.json")


def test_it_does_not_start_before_there_is_a_user(run: Run) -> None:
    done = run("up", "--data", "data", *ISSUER, *CLIENT)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--oidc-issuer is set" in done.stderr
    assert "spanmart user add NAME --role admin --data data" in done.stderr
    assert "token create" not in done.stderr


@pytest.mark.parametrize(("given", "missing"), [(ISSUER, CLIENT), (CLIENT, ISSUER)])
def test_half_of_it_is_refused(run: Run, given: tuple[str, str], missing: tuple[str, str]) -> None:
    done = run("up", *given)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{given[0]} is set and {missing[0]} is not" in done.stderr


def test_without_its_library_the_error_says_which_extra_to_install(tmp_path: Path) -> None:
    command = (
        "import sys; sys.modules['authlib'] = None; from spanmart.cli.command import main; main(sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", command, "up", *ISSUER, *CLIENT],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'spanmart[server,oidc]'" in done.stderr
    assert list(tmp_path.iterdir()) == []
