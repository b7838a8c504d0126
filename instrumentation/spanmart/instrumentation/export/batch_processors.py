"""Spans and log records that wait to be exported: bounded in number, as the SDK does, and in bytes.

The SDK's queue holds 2,048 spans, however long the prompts on them are. What does not fit is dropped, which
is said once; the newest of it, so that what has come in is always accounted for.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from sys import getsizeof
from threading import Lock
from typing import Any, Final

from opentelemetry.sdk._logs import ReadWriteLogRecord
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, LogRecordExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from spanmart.instrumentation.diagnostics import log_once, never_raises
from spanmart.instrumentation.export.flush import send_soon
from spanmart.instrumentation.export.sigterm import terminating
from spanmart.instrumentation.forking import run_in_child

MOST_BYTES: Final = 64 * 1024 * 1024  # that wait for one exporter
PIECE_BYTES: Final = 4 * 1024 * 1024  # that are encoded and sent at once
_FIXED_BYTES: Final = 1024  # of a span or log record without its texts


class QueueLimits:
    """How much waits for one exporter."""

    def __init__(self, variables: str) -> None:
        self.most = _number(f"{variables}_MAX_QUEUE_SIZE", 2048)
        self.batch = min(_number(f"{variables}_MAX_EXPORT_BATCH_SIZE", 512), self.most)
        self._forget()
        run_in_child(self._forget)

    def acquire(self, size: int) -> bool:
        """Count one more that waits, if there is room for it."""
        with self._lock:
            fits = self._count < self.most and self._bytes + size <= MOST_BYTES
            if fits:
                self._count += 1
                self._bytes += size
        if not fits:
            log_once("spanmart: telemetry comes faster than it can be sent; some of it is dropped")
        return fits

    def release(self, sizes: Sequence[int]) -> None:
        """So many of these sizes wait no more."""
        with self._lock:
            self._count -= len(sizes)
            self._bytes -= sum(sizes)

    def _forget(self) -> None:
        """In a forked child nothing waits: what did is its parent's to send."""
        self._lock = Lock()
        self._count = self._bytes = 0


class BoundedSpanProcessor(BatchSpanProcessor):
    """The SDK's batch processor behind a bound."""

    def __init__(self, exporter: SpanExporter, waiting: QueueLimits) -> None:
        super().__init__(exporter, max_queue_size=waiting.most, max_export_batch_size=waiting.batch)
        self._waiting = waiting

    @never_raises("queueing a span")
    def on_end(self, span: ReadableSpan) -> None:
        context = span.get_span_context()
        if context is None or not context.trace_flags.sampled or not self._waiting.acquire(size_of(span)):
            return
        super().on_end(span)
        if terminating.is_set():
            send_soon()


class BoundedLogProcessor(BatchLogRecordProcessor):
    """The SDK's batch processor behind a bound."""

    def __init__(self, exporter: LogRecordExporter, waiting: QueueLimits) -> None:
        super().__init__(exporter, max_queue_size=waiting.most, max_export_batch_size=waiting.batch)
        self._waiting = waiting

    @never_raises("queueing a log record")
    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        if not self._waiting.acquire(size_of(log_record)):
            return
        super().on_emit(log_record)
        if terminating.is_set():
            send_soon()


def size_of(telemetry: Any) -> int:
    """The bytes that a span or a log record holds, nearly all of which are texts among its attributes."""
    said = getattr(telemetry, "log_record", telemetry)
    size = _FIXED_BYTES + _texts(said.attributes) + getsizeof(getattr(said, "body", None))
    return size + sum(_texts(event.attributes) for event in getattr(said, "events", ()))


def pieces(batch: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """`batch` in pieces that a collector takes: a request that is too large is refused as a whole."""
    begin, size = 0, 0
    for end, each in enumerate(batch):
        own = size_of(each)
        if size + own > PIECE_BYTES and end > begin:
            yield batch[begin:end]
            begin, size = end, 0
        size += own
    yield batch[begin:]


def _texts(attributes: Mapping[str, object] | None) -> int:
    return sum(map(getsizeof, attributes.values())) if attributes else 0


def _number(variable: str, default: int) -> int:
    text = os.environ.get(variable, "").strip()
    return int(text) if text.isdigit() and int(text) else default
