"""Records what an application asks a language model and what it answers, as OpenTelemetry spans.

`import spanmart.instrumentation.auto` is all that an application needs; `interaction`, `Prompt` and
`record_feedback` tell what the calls are for and how their answers were received.
"""

from spanmart.instrumentation.export.flush import flush
from spanmart.instrumentation.feedback import record_feedback
from spanmart.instrumentation.instrumentor import SpanmartInstrumentor, instrument, uninstrument
from spanmart.instrumentation.interactions.interaction import Interaction, current_interaction, interaction
from spanmart.instrumentation.interactions.prompts import Prompt
from spanmart.instrumentation.interactions.variable_rules import InvalidVariables, Rule
from spanmart.instrumentation.privacy.redaction import Redaction

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
        from spanmart.instrumentation.export.interaction_processor import InteractionSpanProcessor  # noqa: PLC0415

        return InteractionSpanProcessor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
