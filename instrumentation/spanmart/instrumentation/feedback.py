"""What a user did with an answer, told from anywhere: from the app, or later from another process."""

import re
from time import time_ns
from typing import Final

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

from spanmart.instrumentation import semconv
from spanmart.instrumentation.diagnostics import log_once, never_raises
from spanmart.instrumentation.export.destinations import active_logger
from spanmart.instrumentation.export.providers import sdk_is_disabled
from spanmart.instrumentation.privacy.active_sanitizer import active_sanitizer
from spanmart.instrumentation.privacy.content_capture import content_capture
from spanmart.instrumentation.values import Attributes

LABELS: Final = ("accepted", "rejected", "modified")

_ID = re.compile(r"([0-9a-f]{32})-([0-9a-f]{16})")


def record_feedback(
    interaction_id: str | None,
    label: str,
    score: float | None = None,
    comment: str | None = None,
    final_text: str | None = None,
) -> None:
    """Record what a user did with the answer of one interaction.

    `interaction_id` is what `call.id` gave, `<trace_id>-<span_id>`; None, which an interaction has whose call
    was not recorded, is said once in the log and otherwise ignored. `label` is `accepted`, `rejected` or
    `modified`; `score` a quality from 0 to 100; `final_text` the text that the user kept.

    Raises:
        ValueError: the id, the label or the score is not one of these.
        TypeError: `score` is not a number, or `comment` or `final_text` is not text.
    """
    if label not in LABELS:
        raise ValueError(f"label must be one of {', '.join(LABELS)}, not {label!r}")
    _check_score(score)
    for name, text in (("comment", comment), ("final_text", final_text)):
        if text is not None and not isinstance(text, str):
            raise TypeError(f"{name} must be text, not {type(text).__name__}")
    if interaction_id is None:
        log_once(
            "spanmart: feedback for a call that was not recorded is ignored (its interaction id is None)"
        )
        return
    named = _ID.fullmatch(interaction_id) if isinstance(interaction_id, str) else None
    if named is None:
        raise ValueError(
            f"interaction_id must be the id that an interaction gave, <trace_id>-<span_id> in lower-case hex,"
            f" not {interaction_id!r}"
        )
    attributes = {
        semconv.EVALUATION_NAME: "user_feedback",
        semconv.EVALUATION_SCORE_LABEL: label,
        semconv.EVALUATION_SCORE_VALUE: None if score is None else float(score),
        semconv.EVALUATION_EXPLANATION: comment,
        semconv.FEEDBACK_FINAL_TEXT: final_text if content_capture().anywhere else None,
        semconv.INTERACTION_ID: interaction_id,
    }
    _emit(int(named[1], 16), int(named[2], 16), active_sanitizer().attributes(attributes))


def _check_score(score: object) -> None:
    if score is None:
        return
    if isinstance(score, bool) or not isinstance(score, (int, float)):
        raise TypeError(f"score must be a number from 0 to 100, not {type(score).__name__}")
    if not 0 <= score <= 100:
        raise ValueError(f"score must be from 0 to 100, not {score}")


@never_raises("recording feedback")
def _emit(trace_id: int, span_id: int, attributes: Attributes) -> None:
    if sdk_is_disabled():
        return
    judged = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    active_logger().emit(
        LogRecord(
            timestamp=time_ns(),
            context=set_span_in_context(NonRecordingSpan(judged)),
            severity_number=SeverityNumber.INFO,
            event_name=semconv.EVALUATION_EVENT,
            attributes=attributes,
        )
    )
