"""Spans that another instrumentation makes of LLM calls know their interaction, too."""

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
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


def id_of(span: ReadableSpan) -> str:
    context = span.get_span_context()
    assert context is not None
    return f"{context.trace_id:032x}-{context.span_id:016x}"


LANGCHAIN = "openinference.instrumentation.langchain"
OTHERS: list[tuple[str, dict[str, str]]] = [
    ("span", {"gen_ai.operation.name": "execute_tool"}),
    ("span", {"gen_ai.operation.name": "invoke_agent"}),
    ("span", {"gen_ai.operation.name": "create_agent"}),
    ("span", {"gen_ai.operation.name": "invoke_workflow"}),
    ("span", {"openinference.span.kind": "CHAIN"}),
    ("span", {"openinference.span.kind": "TOOL"}),
    ("span", {"traceloop.span.kind": "workflow"}),
    ("span", {"langfuse.observation.type": "agent"}),
    ("execute_tool weather", {}),
    ("invoke_agent planner", {}),
    ("RunnableSequence.workflow", {}),
    ("StrOutputParser.task", {}),
    ("weather.tool", {}),
    ("planner.agent", {}),
]
CALLS: list[tuple[str, dict[str, str]]] = [
    ("span", {"gen_ai.operation.name": "chat"}),
    ("span", {"openinference.span.kind": "LLM"}),
    ("span", {"langfuse.observation.type": "generation"}),
    ("span", {"llm.request.type": "chat"}),
    ("ChatOpenAI.chat", {}),
    ("chat gpt-4o-mini", {}),
    ("ChatOpenAI", {}),
    ("span", {"gen_ai.operation.name": "an operation of tomorrow"}),
]


@pytest.mark.parametrize("other", OTHERS, ids=str)
@pytest.mark.parametrize("model", CALLS, ids=str)
def test_a_span_that_is_no_call_is_not_taken_for_one_that_came_or_comes(
    other: tuple[str, dict[str, str]],
    model: tuple[str, dict[str, str]],
    provider: TracerProvider,
    exporter: InMemorySpanExporter,
) -> None:
    tracer = provider.get_tracer(LANGCHAIN)
    for order in ((other, model), (model, other), (other, model, other)):
        exporter.clear()
        with interaction("t", session_id="s") as call:
            for name, attributes in order:
                tracer.start_span(name, attributes=attributes).end()
        spans = exporter.get_finished_spans()
        assert call.id == id_of(spans[order.index(model)])
        assert all((span.attributes or {})["session.id"] == "s" for span in spans)


@pytest.mark.parametrize("other", OTHERS, ids=str)
def test_where_no_call_is_known_the_newest_span_stands_for_it(
    other: tuple[str, dict[str, str]], provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    with interaction("t") as call:
        for _ in range(2):
            provider.get_tracer(LANGCHAIN).start_span(other[0], attributes=other[1]).end()
    assert call.id == id_of(exporter.get_finished_spans()[1])


def test_of_several_calls_it_is_the_newest(provider: TracerProvider, exporter: InMemorySpanExporter) -> None:
    tracer = provider.get_tracer(LANGCHAIN)
    with interaction("t") as call:
        for _ in range(3):
            tracer.start_span("chat m", attributes={"gen_ai.operation.name": "chat"}).end()
    assert call.id == id_of(exporter.get_finished_spans()[2])


def test_what_a_span_is_it_may_say_when_it_ends(
    provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    tracer = provider.get_tracer(LANGCHAIN)
    with interaction("t") as call, tracer.start_as_current_span("LangGraph") as chain:
        for name, kind in (("ChatOpenAI", "LLM"), ("weather", "TOOL")):
            with tracer.start_as_current_span(name) as span:
                span.set_attribute("openinference.span.kind", kind)
        chain.set_attribute("openinference.span.kind", "CHAIN")
    model = exporter.get_finished_spans()[0]
    assert (model.name, call.id) == ("ChatOpenAI", id_of(model))


def test_a_span_that_ends_in_an_interaction_within_is_of_the_one_in_which_it_began(
    provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    tracer = provider.get_tracer(LANGCHAIN)
    with interaction("outer") as outer:
        model = tracer.start_span("ChatOpenAI")
        tracer.start_span("weather").end()
        with interaction("inner") as inner:
            model.set_attribute("openinference.span.kind", "LLM")
            model.end()
    assert (outer.id, inner.id) == (id_of(exporter.get_finished_spans()[1]), None)
