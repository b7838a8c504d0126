"""`import spanmart.instrumentation.auto` in a process of its own, as an application has it."""

import json
import socket
from importlib.metadata import entry_points

import openai
import pytest

from spanmart.instrumentation import SpanmartInstrumentor, instrument, uninstrument
from support import openai_bodies as bodies
from support.otlp_receiver import OtlpReceiver
from support.replay_server import Exchange, ReplayServer

from .app_process import APP, PATIENCE_S, attributes, run


def test_it_brings_none_of_the_server_with_it() -> None:
    heavy = {"duckdb", "flask", "dbt", "pyarrow", "grpc", "openai", "requests"}
    code = "import spanmart.instrumentation.auto, sys, json; print(json.dumps(sorted(sys.modules)))"
    assert heavy.isdisjoint(json.loads(run(code).stdout))


def test_it_can_be_imported_where_there_is_no_openai_client() -> None:
    done = run(
        "import sys; sys.modules['openai'] = None; import spanmart.instrumentation.auto; print('here')"
    )
    assert (done.stdout, done.stderr) == ("here\n", "")


def test_a_call_arrives_at_the_collector(openai_api: ReplayServer) -> None:
    with OtlpReceiver() as receiver:
        done = run(
            APP + "record_feedback(call.id, 'accepted', score=90)\nprint(call.id)",
            REPLAY=openai_api.base_url,
            OTEL_EXPORTER_OTLP_ENDPOINT=receiver.endpoint,
            OTEL_SERVICE_NAME="an-app",
            OTEL_RESOURCE_ATTRIBUTES="deployment.environment.name=test",
        )
    (span,), (event,) = receiver.spans, receiver.log_records
    interaction_id = f"{span.trace_id.hex()}-{span.span_id.hex()}"
    assert done.stdout.split("\n")[:2] == ["Hello there", interaction_id]
    assert done.stderr == ""
    said = attributes(span)
    assert said["spanmart.interaction.type"] == "outline_generation"
    assert said["gen_ai.usage.input_tokens"] == 12
    assert "Hello there" in said["gen_ai.output.messages"]
    assert receiver.resources[0]["service.name"] == "an-app"
    assert receiver.resources[0]["deployment.environment.name"] == "test"
    assert event.event_name == "gen_ai.evaluation.result"
    assert (event.trace_id, event.span_id) == (span.trace_id, span.span_id)


def test_feedback_needs_nothing_but_the_id() -> None:
    interaction_id = f"{'ab' * 16}-{'cd' * 8}"
    code = "from spanmart.instrumentation import record_feedback; record_feedback({!r}, 'rejected')"
    with OtlpReceiver() as receiver:
        run(code.format(interaction_id), OTEL_EXPORTER_OTLP_ENDPOINT=receiver.endpoint)
    (event,) = receiver.log_records
    assert attributes(event)["spanmart.interaction.id"] == interaction_id


def test_without_a_collector_the_app_runs_and_exits_as_ever(openai_api: ReplayServer) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{unused.getsockname()[1]}"
        done = run(
            APP + "record_feedback(call.id, 'accepted')",
            REPLAY=openai_api.base_url,
            OTEL_EXPORTER_OTLP_ENDPOINT=endpoint,
        )
    assert done.stdout == "Hello there\n"
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"spanmart: telemetry cannot be delivered to {endpoint}")


def test_a_collector_that_never_answers_does_not_hold_up_the_exit(openai_api: ReplayServer) -> None:
    with OtlpReceiver(hangs=True) as receiver:
        done = run(
            APP,
            REPLAY=openai_api.base_url,
            OTEL_EXPORTER_OTLP_ENDPOINT=receiver.endpoint,
            OTEL_EXPORTER_OTLP_TIMEOUT=str(PATIENCE_S * 10),
        )
    assert done.stdout == "Hello there\n"
    (line,) = done.stderr.splitlines()
    assert "not all telemetry could be sent" in line


def test_a_disabled_sdk_leaves_the_client_alone(openai_api: ReplayServer) -> None:
    code = APP + "print(call.id, 'request' in vars(openai.OpenAI))\nrecord_feedback(call.id, 'accepted')"
    with OtlpReceiver() as receiver:
        done = run(
            code,
            REPLAY=openai_api.base_url,
            OTEL_SDK_DISABLED="true",
            OTEL_EXPORTER_OTLP_ENDPOINT=receiver.endpoint,
        )
    assert done.stdout == "Hello there\nNone False\n"
    assert not receiver.traces
    assert not receiver.logs


OWN_PROVIDER = """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
exporter, own = InMemorySpanExporter(), TracerProvider()
own.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(own)
"""


@pytest.mark.parametrize("first", ["", "import spanmart.instrumentation.auto"], ids=["before", "after"])
def test_the_apps_own_provider_is_used_and_not_touched(first: str, openai_api: ReplayServer) -> None:
    code = f"""{first}{OWN_PROVIDER}{APP}
(span,) = exporter.get_finished_spans()
print(span.name, trace.get_tracer_provider() is own, len(own._active_span_processor._span_processors))
"""
    with OtlpReceiver() as receiver:
        done = run(code, REPLAY=openai_api.base_url, OTEL_EXPORTER_OTLP_ENDPOINT=receiver.endpoint)
    assert done.stdout == "Hello there\nchat m True 1\n"
    assert done.stderr == ""
    assert not receiver.traces


def test_the_standard_variables_choose_the_exporter(openai_api: ReplayServer) -> None:
    with OtlpReceiver() as receiver:
        endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint}
        console = run(APP, REPLAY=openai_api.base_url, OTEL_TRACES_EXPORTER="console", **endpoint)
        none = run(APP, REPLAY=openai_api.base_url, OTEL_TRACES_EXPORTER="none", **endpoint)
        unknown = run(APP, REPLAY=openai_api.base_url, OTEL_TRACES_EXPORTER="pigeon", **endpoint)
        run(APP, REPLAY=openai_api.base_url, OTEL_EXPORTER_OTLP_COMPRESSION="gzip", **endpoint)
    assert '"name": "chat m"' in console.stdout
    assert none.stdout == "Hello there\n"
    assert "'pigeon'" in unknown.stderr
    assert len(receiver.spans) == 1


def test_a_stream_that_is_open_at_the_exit_is_recorded() -> None:
    streaming = APP.replace('"content": "Hello"}]', '"content": "Hello"}], stream=True').replace(
        "print(answer.choices[0].message.content)", "next(answer)"
    )
    chunks = Exchange("chat/completions", bodies.chat_chunks("Hello"))
    with ReplayServer([chunks]) as api, OtlpReceiver() as receiver:
        run(streaming, REPLAY=api.base_url, OTEL_EXPORTER_OTLP_ENDPOINT=receiver.endpoint)
    (span,) = receiver.spans
    assert attributes(span)["spanmart.stream.state"] == "abandoned"


def test_switching_off_leaves_the_clients_classes_as_they_were() -> None:
    names = ("request", "_process_response")
    before = [
        (kind, name, vars(kind).get(name)) for kind in (openai.OpenAI, openai.AsyncOpenAI) for name in names
    ]
    instrument()
    assert all(name in vars(kind) for kind, name, _ in before)
    uninstrument()
    assert [(kind, name, vars(kind).get(name)) for kind, name, _ in before] == before


def test_what_others_have_wrapped_around_the_seam_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = lambda *args, **kwargs: None  # noqa: E731
    monkeypatch.setattr(openai.OpenAI, "request", theirs, raising=False)
    instrument()
    assert openai.OpenAI.request is not theirs
    uninstrument()
    assert openai.OpenAI.request is theirs


def test_opentelemetrys_tools_find_it() -> None:
    (found,) = entry_points(group="opentelemetry_instrumentor", name="spanmart")
    assert found.load() is SpanmartInstrumentor
