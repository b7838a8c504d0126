"""Records what an application asks a language model and what it answers, as OpenTelemetry spans.

`import spanmart.instrumentation.auto` is all that an application needs; `interaction`, `Prompt` and
`record_feedback` tell what the calls are for and how their answers were received.
"""

from spanmart.instrumentation.feedback import record_feedback
from spanmart.instrumentation.flushing import flush
from spanmart.instrumentation.instrumentor import SpanmartInstrumentor, instrument, uninstrument
from spanmart.instrumentation.interaction import Interaction, current_interaction, interaction
from spanmart.instrumentation.prompts import Prompt
from spanmart.instrumentation.redaction import Redaction
from spanmart.instrumentation.rules import InvalidVariables, Rule

__all__ = [
    "Interaction",
    "InteractionSpanProcessor",
    "InvalidVariables",
    "Prompt",
    "Redaction",
    "Rule",
    "SpanmartInstrumentor",
    "current_interaction",
    "flush",
    "instrument",
    "interaction",
    "record_feedback",
    "uninstrument",
]


def __getattr__(name: str) -> object:
    """`InteractionSpanProcessor` needs the SDK, which an app that only uses the API does without."""
    if name == "InteractionSpanProcessor":
        from spanmart.instrumentation.processor import InteractionSpanProcessor  # noqa: PLC0415

        return InteractionSpanProcessor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
