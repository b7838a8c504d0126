"""What OTLP sends: traces and logs, which are stored, and metrics, which are not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from spanmart.collector.otlp.logs import LogEventRows
from spanmart.collector.otlp.rows import OtlpRows
from spanmart.collector.otlp.traces import SpanRows


@dataclass(frozen=True)
class Signal:
    """One kind of telemetry: where it arrives, its messages, and how it becomes rows.

    `stored_rows` makes the rows of a request and the body it came in, and lists the reasons of those that it
    rejects; None: nothing of it is stored.
    """

    path: str
    rpc_service: str
    request: type[Message]
    response: type[Message]
    rows: str
    rejected_field: str
    stored_rows: Callable[[Any, bytes, list[str]], OtlpRows] | None = None


TRACES = Signal(
    path="/v1/traces",
    rpc_service="opentelemetry.proto.collector.trace.v1.TraceService",
    request=ExportTraceServiceRequest,
    response=ExportTraceServiceResponse,
    rows="spans",
    rejected_field="rejected_spans",
    stored_rows=SpanRows.of,
)
LOGS = Signal(
    path="/v1/logs",
    rpc_service="opentelemetry.proto.collector.logs.v1.LogsService",
    request=ExportLogsServiceRequest,
    response=ExportLogsServiceResponse,
    rows="log records",
    rejected_field="rejected_log_records",
    stored_rows=LogEventRows.of,
)
METRICS = Signal(
    path="/v1/metrics",
    rpc_service="opentelemetry.proto.collector.metrics.v1.MetricsService",
    request=ExportMetricsServiceRequest,
    response=ExportMetricsServiceResponse,
    rows="data points",
    rejected_field="rejected_data_points",
)
SIGNALS = (TRACES, LOGS, METRICS)


def data_points(request: ExportMetricsServiceRequest) -> int:
    """How many data points of any kind a metrics request has."""
    return sum(
        len(getattr(metric, kind).data_points)
        for resource_metrics in request.resource_metrics
        for scope_metrics in resource_metrics.scope_metrics
        for metric in scope_metrics.metrics
        if (kind := metric.WhichOneof("data"))
    )
