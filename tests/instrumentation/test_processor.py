"""Spans that another instrumentation makes of LLM calls know their interaction, too."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from spanmart.instrumentation import InteractionSpanProcessor, interaction


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def provider(exporter: InMemorySpanExporter) -> TracerProvider:
    provider = TracerProvider()
    provider.add_span_processor(InteractionSpanProcessor())
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider


@pytest.mark.parametrize(
    ("scope", "attributes"),
    [
        ("openinference.instrumentation.openai", {}),
        ("opentelemetry.instrumentation.openai", {}),
        ("opentelemetry.instrumentation.genai.openai", {}),
        ("an.app", {"gen_ai.operation.name": "chat"}),
        ("an.app", {"llm.model_name": "m"}),
    ],
)
def test_an_llm_span_gets_the_interaction(
    scope: str, attributes: dict[str, str], provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    with interaction("t", session_id="s") as call:
        provider.get_tracer(scope).start_span("call", attributes=attributes).end()
    (span,) = exporter.get_finished_spans()
    said = dict(span.attributes or {})
    assert (said["spanmart.interaction.type"], said["session.id"]) == ("t", "s")
    assert call.id is not None
    assert call.id.endswith(f"{span.get_span_context().span_id:016x}")  # type: ignore[union-attr]


def test_other_spans_are_left_alone(provider: TracerProvider, exporter: InMemorySpanExporter) -> None:
    with interaction("t") as call:
        provider.get_tracer("opentelemetry.instrumentation.flask").start_span("GET /").end()
    assert not exporter.get_finished_spans()[0].attributes
    assert call.id is None


def test_outside_of_an_interaction_nothing_is_added(
    provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    provider.get_tracer("openinference.instrumentation.openai").start_span("call").end()
    assert not exporter.get_finished_spans()[0].attributes
