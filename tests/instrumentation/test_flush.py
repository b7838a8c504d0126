"""What was recorded is sent: when the app asks, when it exits or is killed, and from its worker processes."""

import signal
import sys
from collections.abc import Iterator

import pytest

from support import openai_bodies as bodies
from support.otlp_receiver import OtlpReceiver
from support.replay_server import Exchange, ReplayServer

from .app_process import APP, attributes, finish, run, start

NEVER_BY_ITSELF = {"OTEL_BSP_SCHEDULE_DELAY": "3600000"}  # what arrives was flushed


@pytest.fixture
def receiver() -> Iterator[OtlpReceiver]:
    with OtlpReceiver() as receiving:
        yield receiving


@pytest.fixture
def environment(openai_api: ReplayServer, receiver: OtlpReceiver) -> dict[str, str]:
    return {
        "REPLAY": openai_api.base_url,
        "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint,
        **NEVER_BY_ITSELF,
    }


def test_flush_sends_what_a_process_without_an_exit_would_lose(
    environment: dict[str, str], receiver: OtlpReceiver
) -> None:
    """A serverless handler is frozen when it returns."""
    handler = "from spanmart.instrumentation import flush\nprint(flush(timeout=60), flush=True)\nos._exit(0)"
    assert run(APP + handler, **environment).stdout.endswith("True\n")
    assert len(receiver.spans) == 1


def test_flush_waits_no_longer_than_it_is_told(openai_api: ReplayServer) -> None:
    code = APP + "from spanmart.instrumentation import flush\nprint(flush(timeout=0.2))"
    with OtlpReceiver(hangs=True) as hanging:
        done = run(code, REPLAY=openai_api.base_url, OTEL_EXPORTER_OTLP_ENDPOINT=hanging.endpoint)
    assert done.stdout.endswith("False\n")


def test_flush_flushes_the_apps_own_provider(environment: dict[str, str]) -> None:
    own = """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
exporter, own = InMemorySpanExporter(), TracerProvider()
own.add_span_processor(BatchSpanProcessor(exporter))
trace.set_tracer_provider(own)
"""
    code = own + APP + "from spanmart.instrumentation import flush\nprint(len(exporter.get_finished_spans()))"
    code += "\nprint(flush(), len(exporter.get_finished_spans()))"
    assert run(code, **environment).stdout == "Hello there\n0\nTrue 1\n"


WAIT = "import signal, sys, time\nprint('ready', flush=True)\nwhile True: time.sleep(0.1)\n"


@pytest.mark.parametrize(
    ("before", "after", "printed", "status"),
    [
        ("", "", "", -signal.SIGTERM),
        ("", "signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))", "", 3),
        ("signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))", "", "", 3),
        (
            "",
            "old = signal.getsignal(signal.SIGTERM)\n"
            "def polite(*got):\n"
            "    if callable(old): old(*got)\n"
            "    print('goes on')\n"
            "    sys.exit(4)\n"
            "signal.signal(signal.SIGTERM, polite)\n",
            "goes on\n",
            4,
        ),
        (
            "",
            # as uvicorn ends: with its own handler, and then by the signal that it has caught
            "def serving(*_):\n"
            "    print('served', flush=True)\n"
            "    signal.signal(signal.SIGTERM, old)\n"
            "    signal.raise_signal(signal.SIGTERM)\n"
            "old = signal.signal(signal.SIGTERM, serving)\n",
            "served\n",
            -signal.SIGTERM,
        ),
    ],
    ids=[
        "without a handler",
        "handler set after",
        "handler set before",
        "handler calls the one before",
        "handler raises it again",
    ],
)
def test_on_sigterm_all_is_sent_and_the_process_ends_as_ever(
    before: str,
    after: str,
    printed: str,
    status: int,
    environment: dict[str, str],
    receiver: OtlpReceiver,
) -> None:
    code = f"import signal, sys\n{before}\n{APP}\n{after}\n{WAIT}"
    process = start(sys.executable, "-c", code, **environment)
    assert process.stdout is not None
    assert [process.stdout.readline() for _ in range(2)] == ["Hello there\n", "ready\n"]
    process.send_signal(signal.SIGTERM)
    done = finish(process)
    assert (done.stdout, done.stderr, done.returncode) == (printed, "", status)
    assert len(receiver.spans) == 1


def test_an_ignored_sigterm_stays_ignored(environment: dict[str, str]) -> None:
    code = (
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nimport spanmart.instrumentation.auto\n"
    )
    done = run(code + "signal.raise_signal(signal.SIGTERM)\nprint('here')", **environment)
    assert done.stdout == "here\n"


def test_it_can_be_imported_outside_of_the_main_thread(
    environment: dict[str, str], receiver: OtlpReceiver
) -> None:
    code = f"from threading import Thread\nthread = Thread(target=exec, args=({APP!r}, {{}}))\n"
    done = run(code + "thread.start()\nthread.join()", **environment)
    assert (done.stdout, done.stderr) == ("Hello there\n", "")
    assert len(receiver.spans) == 1


ASK = APP.rpartition("client =")[0] + (
    "def ask(kind):\n"
    "    client = openai.OpenAI(base_url=os.environ['REPLAY'], api_key='k', max_retries=0)\n"
    "    with interaction(kind):\n"
    "        client.chat.completions.create(model='m', messages=[])\n"
)
FORKS = {
    "os.fork": (
        "child = os.fork()\nask('child' if child == 0 else 'parent')\nif child: os.waitpid(child, 0)\n"
    ),
    "multiprocessing": (
        "import multiprocessing\n"
        "process = multiprocessing.get_context('fork').Process(target=ask, args=('child',))\n"
        "process.start()\nask('parent')\nprocess.join()\nassert process.exitcode == 0\n"
    ),
    "a pool of processes": (
        "import concurrent.futures, multiprocessing\n"
        "with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context('fork')) as pool:\n"
        "    pool.submit(ask, 'child').result()\n"
        "ask('parent')\n"
    ),
}


@pytest.mark.parametrize("earlier", [False, True], ids=["not used before", "used before"])
@pytest.mark.parametrize("fork", FORKS.values(), ids=FORKS)
def test_parent_and_child_send_their_own_spans(
    fork: str, earlier: bool, environment: dict[str, str], receiver: OtlpReceiver
) -> None:
    used = "from spanmart.instrumentation import flush\nask('earlier')\nflush()\nask('waiting')\n"
    done = run(ASK + (used if earlier else "") + fork, **environment)
    assert done.stderr == ""
    kinds = sorted(attributes(span)["spanmart.interaction.type"] for span in receiver.spans)
    assert kinds == ["child", *(["earlier"] if earlier else []), "parent", *(["waiting"] if earlier else [])]


def test_a_stream_that_is_open_at_a_fork_is_its_parents(
    environment: dict[str, str], receiver: OtlpReceiver
) -> None:
    streaming = APP.rpartition("with interaction")[0] + (
        "stream = client.chat.completions.create(model='m', messages=[], stream=True)\n"
        "next(iter(stream))\n"
        "child = os.fork()\n"
        "if child:\n"
        "    os.waitpid(child, 0)\n"
        "    print(len(list(stream)))\n"
    )
    with ReplayServer([Exchange("chat/completions", bodies.chat_chunks("Hello"))]) as api:
        run(streaming, **{**environment, "REPLAY": api.base_url})
    (span,) = receiver.spans
    assert attributes(span)["spanmart.stream.state"] == "complete"


def test_the_command_of_opentelemetry_instruments_an_app_that_knows_nothing_of_it(
    environment: dict[str, str], receiver: OtlpReceiver
) -> None:
    unaware = "\n".join(line for line in ASK.splitlines() if "spanmart" not in line).replace(
        "with interaction(kind)", "if True"
    )
    command = str(sys.executable).replace("/python", "/opentelemetry-instrument")
    done = finish(start(command, sys.executable, "-c", unaware + "\nask('unaware')", **environment))
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    (span,) = receiver.spans
    assert span.name == "chat m"
