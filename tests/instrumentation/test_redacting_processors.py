"""What other instrumentations record is redacted where spanmart sends it."""

from collections.abc import Iterator
from time import time_ns
from typing import Any

import pytest
from opentelemetry._logs import LogRecord
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, Status, StatusCode

from spanmart.instrumentation import Redaction, diagnostics, instrument, interaction, uninstrument
from spanmart.instrumentation.export.redacting_processors import RedactingLogProcessor, RedactingSpanProcessor

ADDRESS = "zoe@example.org"
SAID = f"write to {ADDRESS}"
HIDDEN = "write to [redacted email]"


@pytest.fixture
def spans() -> Iterator[tuple[TracerProvider, InMemorySpanExporter]]:
    """Redacted, and sent by a provider as spanmart makes it."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(RedactingSpanProcessor(SimpleSpanProcessor(exporter)))
    diagnostics.reset_log_once()
    instrument(tracer_provider=provider, redact=Redaction(variables=("employee",)))
    yield provider, exporter
    uninstrument()


def only(exporter: InMemorySpanExporter) -> ReadableSpan:
    (span,) = exporter.get_finished_spans()
    return span


def test_a_span_is_redacted_in_all_its_parts(spans: tuple[TracerProvider, InMemorySpanExporter]) -> None:
    provider, exporter = spans
    tracer = provider.get_tracer("another")
    before = tracer.start_span("before")
    span = tracer.start_span(SAID, links=[Link(before.get_span_context(), {"why": SAID})])
    span.set_attributes(
        {
            "input.value": f'[{{"content": "{SAID}"}}]',
            "texts": [SAID, "x"],
            "http.request.header.authorization": "Zm9vOmJhcg",
            "gen_ai.tool.call.id": "4111111111111111",
            "llm.token_count.prompt": 12,
            "counts": [1, 2],
        }
    )
    span.record_exception(ValueError(SAID))
    span.set_status(Status(StatusCode.ERROR, SAID))
    span.end()
    sent = only(exporter)
    assert (sent.name, sent.status.description) == (HIDDEN, HIDDEN)
    assert dict(sent.attributes or {}) == {
        "input.value": f'[{{"content":"{HIDDEN}"}}]',
        "texts": [HIDDEN, "x"],
        "http.request.header.authorization": "[redacted]",
        "gen_ai.tool.call.id": "4111111111111111",
        "llm.token_count.prompt": 12,
        "counts": [1, 2],
    }
    assert ADDRESS not in sent.to_json()
    assert (sent.get_span_context(), sent.links[0].context) == (
        span.get_span_context(),
        before.get_span_context(),
    )


def test_named_variables_are_hidden_also_after_their_block(
    spans: tuple[TracerProvider, InMemorySpanExporter],
) -> None:
    provider, exporter = spans
    with interaction("t", variables={"employee": "Zoë O'Neil"}):
        span = provider.get_tracer("another").start_span("chat")
    span.set_attribute("gen_ai.output.messages", "Dear Zoë O'Neil")
    span.end()
    assert (only(exporter).attributes or {})["gen_ai.output.messages"] == "Dear [redacted]"


def test_without_redaction_spans_are_sent_as_they_are() -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(RedactingSpanProcessor(SimpleSpanProcessor(exporter)))
    provider.get_tracer("another").start_span(SAID, attributes={"texts": (SAID,)}).end()
    assert (only(exporter).name, dict(only(exporter).attributes or {})) == (SAID, {"texts": (SAID,)})


@pytest.mark.parametrize("body", [SAID, {"content": SAID, "parts": [SAID]}], ids=["text", "fields"])
def test_a_log_record_is_redacted(body: Any) -> None:
    exporter, provider = InMemoryLogRecordExporter(), LoggerProvider()
    provider.add_log_record_processor(RedactingLogProcessor(SimpleLogRecordProcessor(exporter)))
    instrument(logger_provider=provider, redact=True)
    try:
        record = LogRecord(timestamp=time_ns(), body=body, attributes={"said": SAID, "count": 3})
        provider.get_logger("another").emit(record)
    finally:
        uninstrument()
    (sent,) = exporter.get_finished_logs()
    assert ADDRESS not in repr(sent.log_record.body)
    assert "redacted email" in repr(sent.log_record.body)
    assert dict(sent.log_record.attributes or {}) == {"said": HIDDEN, "count": 3}
