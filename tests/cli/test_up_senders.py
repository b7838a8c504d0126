"""`spanmart up`: who may send, on loopback and beyond, over TLS, and from pages."""

import re
import shlex
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.certificates import make_certificates
from support.otlp import post
from support.running import RunningSpanmart

ANY_PORTS = ("--web-port", "0", "--otlp-http-port", "0", "--otlp-grpc-port", "0")

Run = Callable[..., Any]
Up = Callable[..., RunningSpanmart]


def create(run: Run, scope: str = "ingest") -> str:
    done = run("token", "create", "--data", "data", "--scope", scope, f"for {scope}")
    assert done.returncode == 0, done.stderr
    return str(done.stdout.strip())


@pytest.mark.parametrize(
    "asking", [["--otlp-host", "0.0.0.0"], ["--otlp-host", "::"], ["--otlp-require-token"]]
)
def test_where_tokens_are_asked_for_it_starts_once_there_is_one(run: Run, up: Up, asking: list[str]) -> None:
    create(run, "read")
    create(run, "admin")

    refused = run("up", "--data", "data", *ANY_PORTS, *asking)

    assert (refused.returncode, refused.stdout) == (2, "")
    told = re.search(r"spanmart (token create .*)", refused.stderr)
    assert told, refused.stderr
    made = run(*shlex.split(told[1]))
    assert made.returncode == 0, made.stderr
    spanmart = up(*asking)
    assert post(spanmart.otlp) == 401
    assert post(spanmart.otlp, Authorization=f"Bearer {made.stdout.strip()}") == 200


def test_a_revoked_token_is_none(run: Run) -> None:
    create(run)
    run("token", "revoke", "--data", "data", "for ingest")

    refused = run("up", "--data", "data", *ANY_PORTS, "--otlp-require-token")

    assert refused.returncode == 2
    assert "no active one with the scope ingest" in refused.stderr


def test_on_loopback_anybody_sends_also_where_tokens_exist(run: Run, up: Up) -> None:
    secret = create(run)

    spanmart = up()

    assert post(spanmart.otlp) == 200
    assert post(spanmart.otlp, Authorization=f"Bearer {secret}") == 200


def test_the_pages_stay_on_loopback(run: Run, up: Up) -> None:
    create(run)

    spanmart = up("--otlp-host", "0.0.0.0")

    listening = Path(f"/proc/{spanmart.process.pid}/net/tcp").read_text()
    web, otlp = (f"{spanmart.ready[port]:04X}" for port in ("web_port", "otlp_http_port"))
    assert f" 0100007F:{web} " in listening
    assert f" 00000000:{otlp} " in listening


def test_beyond_loopback_without_tls_it_warns(run: Run, up: Up, tmp_path: Path) -> None:
    secret = create(run)
    spanmart = up("--otlp-host", "0.0.0.0")
    post(spanmart.otlp, Authorization=f"Bearer {secret}")
    post(spanmart.otlp, Authorization=f"Bearer {secret}0")

    log = (tmp_path / "data.log").read_text()
    assert "unencrypted" in log
    assert secret.split("_")[2] not in log


def test_over_tls_with_all_set_by_variables(
    run: Run, up: Up, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = make_certificates(tmp_path)
    secret = create(run)
    monkeypatch.setenv("SPANMART_OTLP_TLS_CERT", str(files.chain))
    monkeypatch.setenv("SPANMART_OTLP_TLS_KEY", str(files.key))
    monkeypatch.setenv("SPANMART_OTLP_REQUIRE_TOKEN", "true")

    spanmart = up()

    url = spanmart.otlp.replace("http:", "https:")
    trusting = ssl.create_default_context(cafile=files.authority)
    assert post(url, trusting, Authorization=f"Bearer {secret}") == 200
    assert post(url, trusting) == 401
    assert f"send OTLP to {url}" in (tmp_path / "data.log").read_text()


def test_pages_of_the_given_origins_send(up: Up) -> None:
    spanmart = up("--otlp-cors-origin", "https://a.example", "--otlp-cors-origin", "http://localhost:3000")

    statuses = [
        post(spanmart.otlp, Origin=origin)
        for origin in ("https://a.example", "http://localhost:3000", "https://b.example")
    ]

    assert statuses == [200, 200, 403]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--otlp-tls-cert", "chain.pem"], "--otlp-tls-cert is set and --otlp-tls-key is not"),
        (["--otlp-tls-key", "key.pem"], "--otlp-tls-key is set and --otlp-tls-cert is not"),
        (
            ["--otlp-tls-cert", "chain.pem", "--otlp-tls-key", "key.pem"],
            "chain.pem, wanted for TLS, cannot be read",
        ),
        (["--otlp-host", "no-such-host.invalid"], "--otlp-host no-such-host.invalid is no address"),
        (["--otlp-cors-origin", "*"], "--otlp-cors-origin"),
        (["--demo", "--otlp-require-token"], "--demo sends without a token"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_made(
    run: Run, tmp_path: Path, options: list[str], said: str
) -> None:
    done = run("up", "--data", "data", *ANY_PORTS, *options)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()
