"""Rows of the bodies that instrumentations sent, as the collector makes them."""

from pathlib import Path

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spanmart.collector.otlp.logs import LogEventRows
from spanmart.collector.otlp.traces import SpanRows
from support.spans import Row


def rows_of(path: Path) -> list[Row]:
    """The spans of a `.traces.pb`, or the events of a `.logs.pb`."""
    body = path.read_bytes()
    if ".logs." in path.name:
        events = LogEventRows.of(ExportLogsServiceRequest.FromString(body), body, [])
        return LogEventRows.table([events]).to_pylist()
    spans = SpanRows.of(ExportTraceServiceRequest.FromString(body), body, [])
    return SpanRows.table([spans]).to_pylist()
