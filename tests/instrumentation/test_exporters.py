"""Between app and collector: a bounded queue, pieces that a collector takes, and failures said once."""

from collections.abc import Callable, Iterator, Sequence
from threading import Event
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from spanmart.instrumentation import diagnostics, instrument, interaction, uninstrument
from spanmart.instrumentation.export.batch_processors import (
    MOST_BYTES,
    BoundedLogProcessor,
    BoundedSpanProcessor,
    QueueLimits,
    size_of,
)
from spanmart.instrumentation.export.exporters import QuietLogExporter, QuietSpanExporter
from support import openai_bodies as bodies
from support.otlp_receiver import OtlpReceiver
from support.replay_server import Exchange

from .app_process import attributes
from .conftest import Api, chat

TEN_MB = "x" * 10_000_000


class Gated(SpanExporter):
    """Takes spans once its gate is open."""

    def __init__(self) -> None:
        self.gate = Event()
        self.spans: list[ReadableSpan] = []

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.gate.wait()
        self.spans += spans
        return SpanExportResult.SUCCESS


class GatedLogs(InMemoryLogRecordExporter):
    """The same for log records."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = Event()

    def export(self, batch: Sequence[Any]) -> Any:
        self.gate.wait()
        return super().export(batch)


class Raising(SpanExporter):
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        raise RuntimeError("no export today")


Pipeline = Callable[[SpanExporter], TracerProvider]


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipeline]:
    """`pipeline(exporter)`: instrumented, with the provider that an app without one of its own gets."""
    diagnostics.reset_log_once()
    made: list[TracerProvider] = []

    def exporting_to(exporter: SpanExporter) -> TracerProvider:
        waiting = QueueLimits("OTEL_BSP")
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(
            BoundedSpanProcessor(QuietSpanExporter(lambda: exporter, "a collector", waiting), waiting)
        )
        instrument(tracer_provider=provider)
        made.append(provider)
        return provider

    yield exporting_to
    uninstrument()
    for provider in made:
        provider.shutdown()


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]


def test_what_waits_is_bounded_in_bytes(
    pipeline: Pipeline, api: Callable[..., Api], caplog: pytest.LogCaptureFixture
) -> None:
    """A prompt of 10 MB times the length of the queue would be 20 GB."""
    exporter = Gated()
    provider = pipeline(exporter)
    connected = api(Exchange("chat/completions", bodies.chat_body()))
    for _ in range(10):
        chat(connected, messages=[{"role": "user", "content": TEN_MB}])
    exporter.gate.set()
    assert provider.force_flush()
    assert len(exporter.spans) == MOST_BYTES // len(TEN_MB)
    assert sum(map(size_of, exporter.spans)) <= MOST_BYTES
    assert said(caplog) == [
        "spanmart: telemetry comes faster than it can be sent; some of it is dropped",
    ]
    chat(connected)  # there is room again
    provider.force_flush()
    assert len(exporter.spans) == MOST_BYTES // len(TEN_MB) + 1


def test_what_waits_is_bounded_in_number_as_the_standard_variables_say(
    monkeypatch: pytest.MonkeyPatch, pipeline: Pipeline, api: Callable[..., Api]
) -> None:
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "3")
    exporter = Gated()
    provider = pipeline(exporter)
    connected = api(Exchange("chat/completions", bodies.chat_body()))
    for _ in range(5):
        chat(connected)
    exporter.gate.set()
    provider.force_flush()
    assert len(exporter.spans) == 3


def test_log_records_are_bounded_in_bytes_too() -> None:
    exporter, waiting = GatedLogs(), QueueLimits("OTEL_BLRP")
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(
        BoundedLogProcessor(QuietLogExporter(lambda: exporter, "a collector", waiting), waiting)
    )
    for _ in range(10):
        provider.get_logger("t").emit(body="b", attributes={"text": TEN_MB}, event_name="e")
    exporter.gate.set()
    provider.force_flush()
    assert len(exporter.get_finished_logs()) == MOST_BYTES // len(TEN_MB)
    provider.shutdown()


def test_long_prompts_arrive_in_requests_that_a_collector_takes(
    pipeline: Pipeline, api: Callable[..., Api], caplog: pytest.LogCaptureFixture
) -> None:
    with OtlpReceiver() as receiver:
        provider = pipeline(OTLPSpanExporter(endpoint=f"{receiver.endpoint}/v1/traces"))
        connected = api(Exchange("chat/completions", bodies.chat_body()))
        for length in (3_000_000, 3_000_000, 10, 10_000_000):
            chat(connected, messages=[{"role": "user", "content": "x" * length}])
        provider.force_flush()
    lengths = [len(attributes(span)["gen_ai.input.messages"]) // 1_000_000 for span in receiver.spans]
    assert sorted(lengths) == [0, 3, 3, 10]
    assert len(receiver.traces) == 3
    assert said(caplog) == []


def test_an_exporter_that_raises_is_said_once(
    pipeline: Pipeline, api: Callable[..., Api], caplog: pytest.LogCaptureFixture
) -> None:
    provider = pipeline(Raising())
    connected = api(Exchange("chat/completions", bodies.chat_body()))
    for _ in range(3):
        assert chat(connected).choices[0].message.content == "Hello there"
        provider.force_flush()
    (line,) = said(caplog)
    assert line.startswith("spanmart: telemetry cannot be delivered to a collector")
    assert "no export today" in line


def test_a_value_that_cannot_be_encoded_costs_nothing_else(
    pipeline: Pipeline, api: Callable[..., Api], caplog: pytest.LogCaptureFixture
) -> None:
    """Another instrumentation's, on a provider of ours: the SDK would log a stack trace for each."""
    with OtlpReceiver() as receiver:
        provider = pipeline(OTLPSpanExporter(endpoint=f"{receiver.endpoint}/v1/traces"))
        provider.get_tracer("an.app").start_span("theirs", attributes={"bad": "\ud800", "good": "g"}).end()
        with interaction("t", metadata={"object": object()}):
            chat(api(Exchange("chat/completions", bodies.chat_body())))
        provider.force_flush()
    assert [attributes(span).get("good") for span in receiver.spans if span.name == "theirs"] == ["g"]
    assert len(receiver.spans) == 2
    (line,) = said(caplog)
    assert line.startswith("spanmart: an attribute cannot be sent and is left out (Failed to encode key bad")
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_logging_that_raises_does_not_reach_the_app(
    monkeypatch: pytest.MonkeyPatch, pipeline: Pipeline, api: Callable[..., Api]
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("no logging today")

    monkeypatch.setattr(diagnostics.logger, "log", broken)
    monkeypatch.setattr(diagnostics.logger, "debug", broken)
    pipeline(Raising()).force_flush()

    class Unsampled:
        def should_sample(self, *_: Any, **__: Any) -> Any:
            raise RuntimeError("no sampling today")

        def get_description(self) -> str:
            return "raises"

    instrument(tracer_provider=TracerProvider(sampler=Unsampled()))  # type: ignore[arg-type]
    answer = chat(api(Exchange("chat/completions", bodies.chat_body())))
    assert answer.choices[0].message.content == "Hello there"
