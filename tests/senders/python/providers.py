"""Providers of the SDK for one protocol, with batch processors.

Each batch that an exporter is done with is one line of JSON on stdout: {"signal", "ids", "given_up"}, where
given_up says why, and is null for a batch that was acknowledged.
"""

import json
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from grpc import Compression as GrpcCompression
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogs
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcTraces
from opentelemetry.exporter.otlp.proto.http import Compression as HttpCompression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as HttpLogs
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpTraces
from opentelemetry.sdk._logs import LoggerProvider, ReadableLogRecord
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, LogRecordExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

# Both exporters try a batch six times within this time.
TIMEOUT_S = 300
BATCHES = {"schedule_delay_millis": 50, "max_queue_size": 100_000}


class LastError(logging.Handler):
    """The exporters say why they gave a batch up only in their log."""

    message = "the log does not say why"

    def emit(self, record: logging.LogRecord) -> None:
        self.message = record.getMessage()


WHY = LastError(logging.ERROR)
logging.getLogger("opentelemetry.exporter").addHandler(WHY)


class Reporting:
    """An exporter whose outcomes are told on stdout."""

    def __init__(self, exporter: Any, signal: str, id_of: Callable[[Any], str]) -> None:
        self._exporter = exporter
        self._signal = signal
        self._id_of = id_of

    def export(self, batch: Sequence[Any]) -> Any:
        result = self._exporter.export(batch)
        given_up = None if result.name == "SUCCESS" else WHY.message
        ids = [self._id_of(one) for one in batch]
        line = json.dumps({"signal": self._signal, "ids": ids, "given_up": given_up})
        # One write: two threads report.
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return bool(self._exporter.force_flush(timeout_millis))


class ReportingSpans(Reporting, SpanExporter):
    """For spans, by trace id and span id."""


class ReportingLogs(Reporting, LogRecordExporter):
    """For log records, by the span that they belong to."""


def id_of_span(span: ReadableSpan) -> str:
    context = span.get_span_context()
    assert context
    return id_of(context.trace_id, context.span_id)


def id_of_log(record: ReadableLogRecord) -> str:
    return id_of(record.log_record.trace_id or 0, record.log_record.span_id or 0)


def id_of(trace_id: int, span_id: int) -> str:
    return f"{trace_id:032x}-{span_id:016x}"


def exporters(protocol: str, endpoint: str, compression: str) -> tuple[SpanExporter, LogRecordExporter]:
    if protocol == "grpc":
        options: dict[str, Any] = {
            "endpoint": endpoint,
            "compression": GrpcCompression.Gzip if compression == "gzip" else GrpcCompression.NoCompression,
            "timeout": TIMEOUT_S,
        }
        return GrpcTraces(**options), GrpcLogs(**options)
    options = {"compression": HttpCompression(compression), "timeout": TIMEOUT_S}
    return HttpTraces(f"{endpoint}/v1/traces", **options), HttpLogs(f"{endpoint}/v1/logs", **options)


def providers(
    protocol: str, endpoint: str, compression: str, attributes: Mapping[str, Any]
) -> tuple[TracerProvider, LoggerProvider]:
    traces, logs = exporters(protocol, endpoint, compression)
    resource = Resource.create(attributes)
    tracer_provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    tracer_provider.add_span_processor(
        BatchSpanProcessor(ReportingSpans(traces, "spans", id_of_span), **BATCHES)
    )
    logger_provider = LoggerProvider(resource=resource, shutdown_on_exit=False)
    logger_provider.add_log_record_processor(
        BatchLogRecordProcessor(ReportingLogs(logs, "log_events", id_of_log), **BATCHES)
    )
    return tracer_provider, logger_provider
