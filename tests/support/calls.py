"""LLM calls as spans, sent to a running collector by the OpenTelemetry SDK."""

from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from support.running import PATIENCE_S, RunningSpanmart


def send_call(spanmart: RunningSpanmart, **attributes: Any) -> str:
    """Send the span of one LLM call, return its interaction id once it is acknowledged."""
    made = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(made))
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
        "gen_ai.usage.input_tokens": 12,
        "gen_ai.usage.output_tokens": 5,
        **attributes,
    }
    with provider.get_tracer("tests").start_as_current_span(
        "chat gpt-4o-mini", attributes=attributes
    ) as span:
        pass
    # Not by a processor: it would only log that nothing arrived.
    exporter = OTLPSpanExporter(endpoint=f"{spanmart.otlp}/v1/traces", timeout=PATIENCE_S)
    assert exporter.export(made.get_finished_spans()) is SpanExportResult.SUCCESS
    exporter.shutdown()
    provider.shutdown()
    identity = span.get_span_context()
    return f"{identity.trace_id:032x}-{identity.span_id:016x}"
