"""Exporters that never trouble the app: built and run in a background thread, and quiet.

The SDK's exporters log every retry and every failure; an app without logging set up would see them on its
standard error. Here one line says that telemetry is not getting through, and why.
"""

import logging
from collections.abc import Callable, Sequence
from threading import local
from typing import Any

from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from spanmart.instrumentation.diagnostics import say_once
from spanmart.instrumentation.flushing import exiting

_here = local()


class _Quiet(logging.Filter):
    """Keeps what an exporter logs during our own exports, and lets through what anyone else's does."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is to be logged."""
        heard: list[str] | None = getattr(_here, "heard", None)
        if heard is None:
            return True
        heard.append(record.getMessage())
        return False


class _Unqueued(logging.Filter):
    """Says once that telemetry is dropped because the queue is full; the SDK says so every 20 seconds."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is to be logged."""
        if not record.msg.startswith("Queue full"):
            return True
        say_once("spanmart: telemetry comes faster than it can be sent; the oldest of it is dropped")
        return False


_QUIET, _UNQUEUED = _Quiet(), _Unqueued()
_EXPORTING_LOGGERS = (
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.exporter.otlp.proto.http._log_exporter",
    "opentelemetry.exporter.otlp.proto.http._common",
    "opentelemetry.exporter.otlp.proto.http",
    "opentelemetry.exporter.otlp.proto.grpc.exporter",
    "opentelemetry.exporter.otlp.common.http",
    "urllib3.connectionpool",
)


def keep_exporters_quiet() -> None:
    """Install the filters; doing it again changes nothing."""
    for name in _EXPORTING_LOGGERS:
        logging.getLogger(name).addFilter(_QUIET)
    logging.getLogger("opentelemetry.sdk._shared_internal").addFilter(_UNQUEUED)


class _Lazy:
    """An exporter that is built when it first has something to export, by the thread that exports."""

    def __init__(self, build: Callable[[], Any], destination: str) -> None:
        self._build = build
        self._destination = destination
        self._exporter: Any = None
        self._shut_down = False

    def deliver(self, batch: Sequence[Any]) -> bool:
        """Export `batch`; whether it was accepted."""
        _here.heard = heard = []
        try:
            if self._exporter is None:
                self._exporter = self._build()
            delivered = bool(self._exporter.export(batch).name == "SUCCESS")
        except Exception as error:
            delivered = False
            heard.append(f"{type(error).__name__}: {error}")
        finally:
            _here.heard = None
        if not delivered:
            self._say_lost(heard)
        return delivered

    def close(self) -> None:
        """Shut the exporter down, which also ends its waiting for another try."""
        if self._exporter is None or self._shut_down:
            return
        self._shut_down = True
        _here.heard = []
        try:
            self._exporter.shutdown()
        finally:
            _here.heard = None

    def _say_lost(self, heard: list[str]) -> None:
        say_once(
            "spanmart: telemetry cannot be delivered to %s and is dropped; the app is not affected (%s)",
            self._destination,
            heard[-1] if heard else "no reason given",
        )


class QuietSpanExporter(SpanExporter):
    """A span exporter, lazily built and quiet."""

    def __init__(self, build: Callable[[], SpanExporter], destination: str) -> None:
        self._lazy = _Lazy(build, destination)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export a batch of spans."""
        return SpanExportResult.SUCCESS if self._lazy.deliver(spans) else SpanExportResult.FAILURE

    def shutdown(self) -> None:
        """Shut down."""
        self._lazy.close()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Nothing is kept back here."""
        return True


class QuietLogExporter(LogRecordExporter):
    """A log exporter, lazily built and quiet."""

    def __init__(self, build: Callable[[], LogRecordExporter], destination: str) -> None:
        self._lazy = _Lazy(build, destination)

    def export(self, batch: Sequence[Any]) -> LogRecordExportResult:
        """Export a batch of log records."""
        return LogRecordExportResult.SUCCESS if self._lazy.deliver(batch) else LogRecordExportResult.FAILURE

    def shutdown(self) -> None:
        """Shut down."""
        self._lazy.close()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Nothing is kept back here."""
        return True


def impatient_session() -> Any:
    """A session for the OTLP exporters, which gives up at once when the process is exiting.

    The exporter tries again after a connection error, and only after one; so that is what is kept from it.
    """
    import requests  # noqa: PLC0415  # heavy; only where something is exported

    class ImpatientSession(requests.Session):
        def request(self, *args: Any, **kwargs: Any) -> requests.Response:
            try:
                return super().request(*args, **kwargs)
            except requests.exceptions.RequestException as error:
                if exiting.is_set():
                    raise ConnectionAbortedError(
                        f"{error} (not tried again: the process is exiting)"
                    ) from None
                raise

    return ImpatientSession()
