"""A span processor that tells the spans of other instrumentations which interaction they belong to."""

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor

from spanmart.instrumentation.diagnostics import never_raises
from spanmart.instrumentation.interactions.interaction import current_interaction
from spanmart.instrumentation.interactions.likeness import likeness
from spanmart.instrumentation.privacy.active_sanitizer import active_sanitizer
from spanmart.instrumentation.privacy.content_capture import content_capture
from spanmart.instrumentation.scope import SCOPE

_LLM_KEYS = ("gen_ai.", "llm.", "openinference.", "traceloop.")
_LLM_SCOPES = ("openai", "openinference", "genai", "gen_ai", "traceloop", "langfuse", "litellm", "langchain")


class InteractionSpanProcessor(SpanProcessor):
    """Puts the interaction in force on the spans of LLM calls that another instrumentation starts.

    An app that has a tracer provider of its own adds it there: `provider.add_span_processor(...)`.
    """

    @never_raises("telling a span its interaction")
    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Describe the interaction on `span` if it is of an LLM call."""
        interaction = current_interaction()
        if interaction is None or not _is_foreign_llm_call(span):
            return
        sanitizer = active_sanitizer()
        span.set_attributes(interaction.attributes(sanitizer))
        if content_capture().on_span:
            span.set_attributes(interaction.variables(sanitizer))
        context = span.get_span_context()
        if context is not None:
            interaction.called(context, likeness(span.name, span.attributes))

    @never_raises("asking a span what it was")
    def on_end(self, span: ReadableSpan) -> None:
        """What `span` is, many say only now."""
        interaction, context = current_interaction(), span.get_span_context()
        if interaction is not None and context is not None:
            interaction.ended(context, likeness(span.name, span.attributes))


def _is_foreign_llm_call(span: Span) -> bool:
    scope = span.instrumentation_scope.name if span.instrumentation_scope else ""
    if scope == SCOPE:
        return False
    if any(word in scope for word in _LLM_SCOPES):
        return True
    return any(key.startswith(_LLM_KEYS) for key in span.attributes or ())
