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

from spanmart.instrumentation import instrumentor
from spanmart.instrumentation.diagnostics import never_raises
from spanmart.instrumentation.interaction import current_interaction
from spanmart.instrumentation.screening import Screen

_MOST_OPEN: Final = 4096  # spans of which it is remembered in which interaction they began


class RedactingSpanProcessor(SpanProcessor):
    """Stands before the processor that sends spans."""

    def __init__(self, sending: SpanProcessor) -> None:
        self._sending = sending
        self._screens: OrderedDict[int, Screen] = OrderedDict()

    @never_raises("preparing to redact a span of another instrumentation")
    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Remember what the interaction in force has to hide: it may be over when the span ends."""
        screen = _screen_here()
        context = span.get_span_context()
        if context is not None and screen.redacts and _is_foreign(span):
            self._screens[context.span_id] = screen
            if len(self._screens) > _MOST_OPEN:
                self._screens.popitem(last=False)

    @never_raises("redacting a span of another instrumentation, which is not sent")
    def on_end(self, span: ReadableSpan) -> None:
        """Send the span, or a copy of it that is redacted."""
        context = span.get_span_context()
        remembered = self._screens.pop(context.span_id, None) if context is not None else None
        screen = remembered or instrumentor.screen()
        self._sending.on_end(_redacted(span, screen) if screen.redacts and _is_foreign(span) else span)

    def shutdown(self) -> None:
        """Shut the sending down."""
        self._sending.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what waits."""
        return self._sending.force_flush(timeout_millis)


class RedactingLogProcessor(LogRecordProcessor):
    """Stands before the processor that sends log records."""

    def __init__(self, sending: LogRecordProcessor) -> None:
        self._sending = sending

    @never_raises("redacting a log record of another instrumentation, which is not sent")
    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        """Send the record, redacted."""
        screen = _screen_here()
        if screen.redacts and _is_foreign(log_record):
            record = log_record.log_record
            record.body = screen.foreign("body", record.body)
            for key, value in dict(record.attributes or {}).items():
                record.attributes[key] = screen.foreign(key, value)  # type: ignore[index]
        self._sending.on_emit(log_record)

    def shutdown(self) -> None:
        """Shut the sending down."""
        self._sending.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what waits."""
        return self._sending.force_flush(timeout_millis)


def _is_foreign(telemetry: ReadableSpan | ReadWriteLogRecord) -> bool:
    scope = telemetry.instrumentation_scope
    return scope is None or scope.name != instrumentor.SCOPE


def _screen_here() -> Screen:
    """The screen of everything, knowing the variables of the interaction in force."""
    interaction, screen = current_interaction(), instrumentor.screen()
    return interaction.screen(screen) if interaction is not None else screen


def _redacted(span: ReadableSpan, screen: Screen) -> ReadableSpan:
    events = [
        Event(event.name, screen.foreign_attributes(event.attributes), event.timestamp)
        for event in span.events
    ]
    said = span.status.description
    return ReadableSpan(
        name=screen.text(span.name),
        context=span.get_span_context(),
        parent=span.parent,
        resource=span.resource,
        attributes=screen.foreign_attributes(span.attributes),
        events=events,
        links=[Link(link.context, screen.foreign_attributes(link.attributes)) for link in span.links],
        kind=span.kind,
        status=Status(span.status.status_code, screen.text(said) if said else None),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
