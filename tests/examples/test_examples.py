"""The examples, run as their first lines say, against the stand-in for OpenAI and a collector."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.otlp_receiver import OtlpReceiver
from training_builder.stand_in import StandIn
from training_builder.stand_in.server import Pace

EXAMPLES = Path(__file__).parents[2] / "examples"
PATIENCE_S = 120  # how long anything may take before a test gives up; never a measure of speed
POLL_S = 0.1
BIN = Path(sys.executable).parent

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def receiver() -> Iterator[OtlpReceiver]:
    with OtlpReceiver() as receiving:
        yield receiving


@pytest.fixture
def environment(receiver: OtlpReceiver) -> Iterator[dict[str, str]]:
    stand_in = StandIn(pace=Pace(first_byte=0, per_token=0)).start()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    yield {
        **kept,
        "OPENAI_BASE_URL": stand_in.base_url,
        "OPENAI_API_KEY": "none",
        "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint,
        "OTEL_BSP_SCHEDULE_DELAY": "3600000",  # what arrives was sent at the end
        "OTEL_BLRP_SCHEDULE_DELAY": "3600000",
    }
    stand_in.stop()


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Start]:
    """`start("flask", "--app", ...)`: a command of the environment's, killed if a test leaves it running."""
    started: list[subprocess.Popen[bytes]] = []

    def run(command: str, *arguments: str, **more: str) -> "subprocess.Popen[bytes]":
        started.append(subprocess.Popen([BIN / command, *arguments], env={**environment, **more}))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait()


def free_port() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return str(taken.getsockname()[1])


def ask(port: str, path: str, **form: str) -> str:
    """Send a request, as soon as somebody listens."""
    data = urllib.parse.urlencode(form).encode() if form else None
    for _ in range(int(PATIENCE_S / POLL_S)):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", data, PATIENCE_S) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError:
            raise
        except urllib.error.URLError:
            time.sleep(POLL_S)
    pytest.fail(f"nobody listens on {port}")


def stop(process: "subprocess.Popen[bytes]", *statuses: int) -> None:
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE_S) in statuses


def described(receiver: OtlpReceiver) -> list[dict[str, Any]]:
    """What the spans of LLM calls say; FastAPI makes spans of its own."""
    spans = [
        {entry.key: getattr(entry.value, entry.value.WhichOneof("value")) for entry in span.attributes}
        for span in receiver.spans
    ]
    return [span for span in spans if "gen_ai.operation.name" in span]


def types(receiver: OtlpReceiver) -> list[str]:
    return sorted(span["spanmart.interaction.type"] for span in described(receiver))


def test_flask(start: Start, receiver: OtlpReceiver) -> None:
    port = free_port()
    app = start("flask", "--app", str(EXAMPLES / "flask_app.py"), "run", "--port", port)
    first = ask(port, "/outlines", title="Fire safety", user="u-17")
    interaction_id = first.split('"id":"')[1].split('"')[0]
    streamed = ask(port, "/outlines/streamed", title="Fire safety")
    ask(port, f"/outlines/{interaction_id}/feedback", label="accepted")
    stop(app, -signal.SIGTERM)
    assert types(receiver) == ["outline", "streamed_outline"]
    by_type = {span["spanmart.interaction.type"]: span for span in described(receiver)}
    assert by_type["outline"]["user.id"] == "u-17"
    assert by_type["streamed_outline"]["spanmart.stream.state"] == "complete"
    assert streamed.strip()
    (event,) = receiver.log_records
    assert interaction_id == f"{event.trace_id.hex()}-{event.span_id.hex()}"


def test_fastapi(start: Start, receiver: OtlpReceiver) -> None:
    port = free_port()
    app = start("uvicorn", "--app-dir", str(EXAMPLES), "fastapi_app:app", "--port", port)
    ask(port, "/titles?topic=Fire")
    assert ask(port, "/outline?topic=Fire").strip()
    stop(app, 0, -signal.SIGTERM)
    assert types(receiver) == ["outline", "title", "title"]
    tones = {span.get("gen_ai.prompt.variable.tone") for span in described(receiver)}
    assert tones == {"sober", "playful", None}


def test_celery(start: Start, receiver: OtlpReceiver, tmp_path: Path) -> None:
    app = (*("--workdir", str(EXAMPLES)), "--app", "celery_app")
    folder = {"CELERY_FOLDER": str(tmp_path)}
    worker = start("celery", *app, "worker", "--concurrency", "2", **folder)
    for user in ("u-1", "u-2", "u-3"):
        call = ("call", "celery_app.outline", "--args", f'["Fire safety", "{user}"]')
        assert start("celery", *app, *call, **folder).wait(PATIENCE_S) == 0
    for _ in range(int(PATIENCE_S / POLL_S)):
        if len(list((tmp_path / "results").iterdir())) == 3:
            break
        time.sleep(POLL_S)
    stop(worker, 0)
    assert sorted(span["user.id"] for span in described(receiver)) == ["u-1", "u-2", "u-3"]
    assert types(receiver) == ["outline"] * 3


def test_gunicorn(start: Start, receiver: OtlpReceiver) -> None:
    port = free_port()
    config = str(EXAMPLES / "gunicorn_app.py")
    app = start(
        "gunicorn",
        "--chdir",
        str(EXAMPLES),
        "--config",
        config,
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "2",
    )
    for number in range(6):
        ask(port, "/outlines", title="Fire safety", user=f"u-{number}")
    stop(app, 0)
    assert sorted(span["user.id"] for span in described(receiver)) == [f"u-{number}" for number in range(6)]
