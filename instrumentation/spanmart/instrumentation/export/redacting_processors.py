"""What other instrumentations record, redacted before the exporters made here send it.

The SDK lets nobody change a span that has ended, so that a copy of it is sent; what cannot be redacted is
not sent.
"""

from collections import OrderedDict
from typing import Final

from opentelemetry.context import Context
from opentelemetry.sdk._logs import LogRecordProcessor, ReadWriteLogRecord
from opentelemetry.sdk.trace import Event, ReadableSpan, Span, SpanProcessor
from opentelemetry.trace import Link, Status

from spanmart.instrumentation.diagnostics import never_raises
from spanmart.instrumentation.interactions.interaction import current_interaction
from spanmart.instrumentation.privacy.active_sanitizer import active_sanitizer
from spanmart.instrumentation.privacy.sanitizer import Sanitizer
from spanmart.instrumentation.scope import SCOPE

_MOST_OPEN: Final = 4096  # spans of which it is remembered in which interaction they began


class RedactingSpanProcessor(SpanProcessor):
    """Stands before the processor that sends spans."""

    def __init__(self, sending: SpanProcessor) -> None:
        self._sending = sending
        self._sanitizers: OrderedDict[int, Sanitizer] = OrderedDict()

    @never_raises("preparing to redact a span of another instrumentation")
    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Remember what the interaction in force has to hide: it may be over when the span ends."""
        sanitizer = _sanitizer_here()
        context = span.get_span_context()
        if context is not None and sanitizer.redacts and _is_foreign(span):
            self._sanitizers[context.span_id] = sanitizer
            if len(self._sanitizers) > _MOST_OPEN:
                self._sanitizers.popitem(last=False)

    @never_raises("redacting a span of another instrumentation, which is not sent")
    def on_end(self, span: ReadableSpan) -> None:
        """Send the span, or a copy of it that is redacted."""
        context = span.get_span_context()
        remembered = self._sanitizers.pop(context.span_id, None) if context is not None else None
        sanitizer = remembered or active_sanitizer()
        self._sending.on_end(_redact(span, sanitizer) if sanitizer.redacts and _is_foreign(span) else span)

    def shutdown(self) -> None:
        self._sending.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._sending.force_flush(timeout_millis)


class RedactingLogProcessor(LogRecordProcessor):
    """Stands before the processor that sends log records."""

    def __init__(self, sending: LogRecordProcessor) -> None:
        self._sending = sending

    @never_raises("redacting a log record of another instrumentation, which is not sent")
    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        sanitizer = _sanitizer_here()
        if sanitizer.redacts and _is_foreign(log_record):
            record = log_record.log_record
            record.body = sanitizer.foreign("body", record.body)
            for key, value in dict(record.attributes or {}).items():
                record.attributes[key] = sanitizer.foreign(key, value)  # type: ignore[index]
        self._sending.on_emit(log_record)

    def shutdown(self) -> None:
        self._sending.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._sending.force_flush(timeout_millis)


def _is_foreign(telemetry: ReadableSpan | ReadWriteLogRecord) -> bool:
    scope = telemetry.instrumentation_scope
    return scope is None or scope.name != SCOPE


def _sanitizer_here() -> Sanitizer:
    """The sanitizer of everything, knowing the variables of the interaction in force."""
    interaction, sanitizer = current_interaction(), active_sanitizer()
    return interaction.sanitizer(sanitizer) if interaction is not None else sanitizer


def _redact(span: ReadableSpan, sanitizer: Sanitizer) -> ReadableSpan:
    events = [
        Event(event.name, sanitizer.foreign_attributes(event.attributes), event.timestamp)
        for event in span.events
    ]
    said = span.status.description
    return ReadableSpan(
        name=sanitizer.text(span.name),
        context=span.get_span_context(),
        parent=span.parent,
        resource=span.resource,
        attributes=sanitizer.foreign_attributes(span.attributes),
        events=events,
        links=[Link(link.context, sanitizer.foreign_attributes(link.attributes)) for link in span.links],
        kind=span.kind,
        status=Status(span.status.status_code, sanitizer.text(said) if said else None),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
