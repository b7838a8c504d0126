"""Whether and where the text of calls is recorded: `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`.

spanmart exists to look at what was asked and answered, so that without the variable content is recorded on
the span; the standard values (`span_only`, `event_only`, `span_and_event`, `no_content`) say otherwise.
"""

import os
from enum import Enum
from typing import Final

from spanmart.instrumentation.diagnostics import log_once

VARIABLE: Final = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"

NOT_CAPTURED: Final = "(content not captured)"  # stands for text whose presence is a fact of its own


class ContentCapture(Enum):
    """Where content goes: `(on the span, in an event)`."""

    NO_CONTENT = (False, False)
    SPAN_ONLY = (True, False)
    EVENT_ONLY = (False, True)
    SPAN_AND_EVENT = (True, True)

    @property
    def on_span(self) -> bool:
        """Content is written to span attributes."""
        return self.value[0]

    @property
    def in_event(self) -> bool:
        """Content is written to a log event."""
        return self.value[1]

    @property
    def anywhere(self) -> bool:
        """Content leaves the process at all."""
        return any(self.value)


_SPELLINGS: Final = {
    "": ContentCapture.SPAN_ONLY,
    "true": ContentCapture.SPAN_ONLY,
    "span_only": ContentCapture.SPAN_ONLY,
    "event_only": ContentCapture.EVENT_ONLY,
    "span_and_event": ContentCapture.SPAN_AND_EVENT,
    "no_content": ContentCapture.NO_CONTENT,
    "false": ContentCapture.NO_CONTENT,
    "off": ContentCapture.NO_CONTENT,
}


def content_capture() -> ContentCapture:
    """What the variable says now; a value that it does not know means no content, and is said once."""
    spelled = os.environ.get(VARIABLE, "").strip().lower()
    if spelled not in _SPELLINGS:
        log_once(
            "%s=%s is not one of span_only, event_only, span_and_event, no_content: no content is recorded",
            VARIABLE,
            spelled,
        )
    return _SPELLINGS.get(spelled, ContentCapture.NO_CONTENT)
