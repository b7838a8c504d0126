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

from spanmart.instrumentation.diagnostics import log_once
from spanmart.instrumentation.export.batch_processors import QueueLimits, pieces, size_of
from spanmart.instrumentation.export.flush import exiting
from spanmart.instrumentation.forking import run_in_child

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


_QUIET = _Quiet()
_EXPORTING_LOGGERS = (
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.exporter.otlp.proto.http._log_exporter",
    "opentelemetry.exporter.otlp.proto.http._common",
    "opentelemetry.exporter.otlp.proto.http",
    "opentelemetry.exporter.otlp.proto.grpc.exporter",
    "opentelemetry.exporter.otlp.common.http",
    "opentelemetry.exporter.otlp.proto.common._internal",
    "urllib3.connectionpool",
)


def _keep_exporters_quiet() -> None:
    """Install the filter; doing it again changes nothing."""
    for name in _EXPORTING_LOGGERS:
        logging.getLogger(name).addFilter(_QUIET)


class _Lazy:
    """An exporter that is built when it first has something to export, by the thread that exports."""

    def __init__(self, build: Callable[[], Any], destination: str, waiting: QueueLimits) -> None:
        self._build = build
        self._destination = destination
        self._waiting = waiting
        self._exporter: Any = None
        self._shut_down = False
        _keep_exporters_quiet()
        run_in_child(self._forget)

    def deliver(self, batch: Sequence[Any]) -> bool:
        """Export `batch`; whether all of it was accepted."""
        try:
            return False not in [self._export(piece) for piece in pieces(batch)]
        finally:
            self._waiting.release([size_of(each) for each in batch])

    def _export(self, piece: Sequence[Any]) -> bool:
        _here.heard = heard = []
        try:
            if self._exporter is None:
                self._exporter = self._build()
            delivered = bool(self._exporter.export(piece).name == "SUCCESS")
        except Exception as error:
            delivered = False
            heard.append(f"{type(error).__name__}: {error}")
        finally:
            _here.heard = None
        if not delivered:
            self._say_lost(heard)
        for line in heard:
            if line.startswith("Failed to encode key"):
                log_once("spanmart: an attribute cannot be sent and is left out (%s)", line)
        return delivered

    def _forget(self) -> None:
        """In a forked child: the parent's connections are not to be written to by two processes."""
        self._exporter = None

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
        log_once(
            "spanmart: telemetry cannot be delivered to %s and is dropped; the app is not affected (%s)",
            self._destination,
            heard[-1] if heard else "no reason given",
        )


class QuietSpanExporter(SpanExporter):
    """A span exporter, lazily built and quiet."""

    def __init__(self, build: Callable[[], SpanExporter], destination: str, waiting: QueueLimits) -> None:
        self._lazy = _Lazy(build, destination, waiting)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export a batch of spans."""
        return SpanExportResult.SUCCESS if self._lazy.deliver(spans) else SpanExportResult.FAILURE

    def shutdown(self) -> None:
        self._lazy.close()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Nothing is kept back here."""
        return True


class QuietLogExporter(LogRecordExporter):
    """A log exporter, lazily built and quiet."""

    def __init__(
        self, build: Callable[[], LogRecordExporter], destination: str, waiting: QueueLimits
    ) -> None:
        self._lazy = _Lazy(build, destination, waiting)

    def export(self, batch: Sequence[Any]) -> LogRecordExportResult:
        """Export a batch of log records."""
        return LogRecordExportResult.SUCCESS if self._lazy.deliver(batch) else LogRecordExportResult.FAILURE

    def shutdown(self) -> None:
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
