"""`spanmart up`: it starts wholly or not at all, and stops in order."""

import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.running import PATIENCE_S, RunningSpanmart

ANY_PORTS = ("--web-port", "0", "--otlp-http-port", "0", "--otlp-grpc-port", "0")

Run = Callable[..., Any]
Up = Callable[..., RunningSpanmart]


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield taken.getsockname()[1]


def test_the_ready_line_says_where_everything_listens(up: Up, tmp_path: Path) -> None:
    spanmart = up()
    assert spanmart.ready["ready"] is True
    assert spanmart.ready["pid"] == spanmart.process.pid
    assert Path(spanmart.ready["data"]) == tmp_path / "data"
    for port in ("web_port", "otlp_http_port", "otlp_grpc_port"):
        socket.create_connection(("127.0.0.1", spanmart.ready[port]), timeout=PATIENCE_S).close()
    with urllib.request.urlopen(f"{spanmart.web}/healthz", timeout=PATIENCE_S) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_in_order_with_status_0(up: Up, tmp_path: Path, number: signal.Signals) -> None:
    spanmart = up()
    spanmart.send_call()
    spanmart.process.send_signal(number)
    rest, _ = spanmart.process.communicate(timeout=PATIENCE_S)
    assert spanmart.process.returncode == 0
    assert rest == "", "stdout holds the ready line and nothing else"
    assert "Traceback" not in (tmp_path / "data.log").read_text()


def test_a_second_signal_ends_it_at_once(up: Up) -> None:
    spanmart = up()
    # Stopped, the process finds both signals waiting when it goes on.
    for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGINT, signal.SIGCONT):
        spanmart.process.send_signal(number)
    assert spanmart.process.wait(PATIENCE_S) in (128 + signal.SIGTERM, 128 + signal.SIGINT)


@pytest.mark.parametrize("option", ["--web-port", "--otlp-http-port", "--otlp-grpc-port"])
def test_a_port_in_use_is_named_and_nothing_is_left_running(run: Run, taken_port: int, option: str) -> None:
    done = run("up", "--data", "data", *ANY_PORTS, option, str(taken_port))
    assert (done.returncode, done.stdout) == (2, "")
    assert f"Port {taken_port} on 127.0.0.1" in done.stderr
    assert option in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_another_holds_is_refused_with_its_pid(up: Up, run: Run) -> None:
    spanmart = up()
    for command in (["up", *ANY_PORTS], ["build"], ["export"]):
        done = run(*command, "--data", str(spanmart.ready["data"]))
        assert (done.returncode, done.stdout) == (2, "")
        assert f"in use by process {spanmart.process.pid}" in done.stderr
    assert spanmart.process.poll() is None


def test_a_folder_that_cannot_be_made_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    done = run("up", "--data", "file/data", *ANY_PORTS)
    assert done.returncode == 2
    assert "file/data cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_host_that_is_none_of_this_machine_is_refused(run: Run, tmp_path: Path) -> None:
    done = run("up", "--data", "data", "--host", "no-such-host.invalid", *ANY_PORTS)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--host no-such-host.invalid" in done.stderr
    assert "127.0.0.1" in done.stderr
    assert not (tmp_path / "data").exists()


USER = "spanmart user add NAME --role admin --data data"
TOKEN = "spanmart token create --scope ingest NAME --data data"


@pytest.mark.parametrize(
    ("option", "commands"),
    [
        (("--host", "0.0.0.0"), {USER, TOKEN}),
        (("--host", "::"), {USER, TOKEN}),
        (("--public-url", "https://insights.example.com"), {USER}),
    ],
)
def test_phoenix_nothing_beyond_loopback_before_somebody_can_log_in_and_send(
    run: Run, option: tuple[str, str], commands: set[str]
) -> None:
    def refused() -> set[str]:
        done = run("up", "--data", "data", *option, *ANY_PORTS)
        assert (done.returncode, done.stdout) == (2, "")
        assert " ".join(option) in done.stderr
        return {command for command in (USER, TOKEN) if command in done.stderr}

    assert refused() == commands
    if TOKEN in commands:
        run("token", "create", "--data", "data", "--scope", "ingest", "checkout")
        assert refused() == {USER}


def test_beyond_loopback_pages_and_api_ask_who_is_there(up: Up, run: Run) -> None:
    add = ("user", "add", "--data", "data", "ada", "--role", "admin", "--password-stdin")
    assert run(*add, stdin="correct horse battery").returncode == 0
    create = ("token", "create", "--data", "data", "--scope", "ingest", "--scope", "read", "report")
    secret = run(*create).stdout.strip()
    spanmart = up("--host", "0.0.0.0")

    def status(path: str, **headers: str) -> int:
        request = urllib.request.Request(spanmart.web + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                assert answer.url.endswith("/login?next=%2F") == (path == "/")
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    shown = f"Bearer {secret}"
    assert status("/api/ai-interactions") == 401
    assert status("/api/nothing", Authorization=shown) == 404
    assert status("/healthz", Host=f"{socket.gethostname()}:80") == 200
    assert status("/healthz", Host="192.0.2.7:8080") == 200
    assert status("/healthz", Host="evil.example") == 400
    assert status("/") == 200


def test_variables_and_the_file_are_read(tmp_path: Path, taken_port: int, run: Run) -> None:
    (tmp_path / "spanmart.toml").write_text(
        f"web_port = {taken_port}\notlp_http_port = 0\notlp_grpc_port = 0"
    )
    from_file = run("up")
    assert f"Port {taken_port}" in from_file.stderr
    assert (tmp_path / "spanmart-data").is_dir()
    from_variable = run("up", SPANMART_WEB_PORT="x")
    assert "'x', given by the environment variable SPANMART_WEB_PORT" in from_variable.stderr
    assert (from_file.returncode, from_variable.returncode) == (2, 2)


def test_what_was_acknowledged_is_there_after_kill_9(up: Up) -> None:
    spanmart = up()
    sent = [spanmart.send_call() for _ in range(3)]
    spanmart.process.kill()
    spanmart.process.wait(PATIENCE_S)
    again = up()
    for interaction_id in sent:
        again.wait_until(lambda one=interaction_id: bool(again.interaction(one)), "the interaction")


def test_a_refresh_follows_what_has_landed(up: Up) -> None:
    spanmart = up()
    spanmart.wait_until(lambda: spanmart.get("/api/ai-interactions")["total"] == 0, "an empty warehouse")
    interaction_id = spanmart.send_call(**{"spanmart.interaction.type": "outline_generation"})
    spanmart.wait_until(lambda: bool(spanmart.interaction(interaction_id)), "the interaction")
    assert spanmart.interaction(interaction_id)["interaction_type"] == "outline_generation"


def test_what_is_too_old_goes_at_the_start(up: Up) -> None:
    spanmart = up()
    interaction_id = spanmart.send_call()
    spanmart.wait_until(lambda: bool(spanmart.interaction(interaction_id)), "the interaction")
    spanmart.process.terminate()
    spanmart.process.wait(PATIENCE_S)

    again = up("--retention-days", "0.000001")
    again.wait_until(lambda: again.get("/api/ai-interactions")["total"] == 0, "an empty warehouse")
