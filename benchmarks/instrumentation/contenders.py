"""The instrumentations that are measured: how each is switched on, with content, by its own documentation.

Imported in the environment of one of them, so that nothing is imported at the top but what all have.
"""

import os
from collections.abc import Callable

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter

Instrument = Callable[[TracerProvider, SpanExporter], None]


def spanmart(provider: TracerProvider, _: SpanExporter) -> None:
    """Ours."""
    from spanmart.instrumentation import instrument

    instrument(tracer_provider=provider)


def official(provider: TracerProvider, _: SpanExporter) -> None:
    """OpenTelemetry's own."""
    os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "gen_ai_latest_experimental"
    os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "span_only"
    from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument(tracer_provider=provider)


def openinference(provider: TracerProvider, _: SpanExporter) -> None:
    """Arize's."""
    from openinference.instrumentation.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument(tracer_provider=provider)


def openllmetry(provider: TracerProvider, _: SpanExporter) -> None:
    """Traceloop's."""
    from opentelemetry.instrumentation.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument(tracer_provider=provider)


def langfuse(provider: TracerProvider, exporter: SpanExporter) -> None:
    """Langfuse's, which brings a span processor of its own."""
    from langfuse import Langfuse

    Langfuse(
        public_key="pk",
        secret_key="sk",
        host="http://127.0.0.1:9",
        tracer_provider=provider,
        span_exporter=exporter,
    )
    import langfuse.openai  # noqa: F401


CONTENDERS: dict[str, Instrument] = {
    each.__name__: each for each in (spanmart, official, openinference, openllmetry, langfuse)
}
PEERS = tuple(name for name in CONTENDERS if name != "spanmart")
