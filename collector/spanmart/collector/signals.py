"""What OTLP sends: traces and logs, which are stored, and metrics, which are not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa
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

from spanmart.collector.logs import log_events_table
from spanmart.collector.traces import spans_table


@dataclass(frozen=True)
class Signal:
    """One kind of telemetry: where it arrives, its messages, and how it becomes rows.

    `table` makes the rows and lists the reasons of those it rejects; None: nothing of it is stored.
    `raw_table` is where the rows go.
    """

    path: str
    rpc_service: str
    request: type[Message]
    response: type[Message]
    rows: str
    rejected_field: str
    raw_table: Literal["spans", "log_events"] = "spans"
    table: Callable[[Any, list[str]], pa.Table] | None = None


TRACES = Signal(
    path="/v1/traces",
    rpc_service="opentelemetry.proto.collector.trace.v1.TraceService",
    request=ExportTraceServiceRequest,
    response=ExportTraceServiceResponse,
    rows="spans",
    rejected_field="rejected_spans",
    raw_table="spans",
    table=spans_table,
)
LOGS = Signal(
    path="/v1/logs",
    rpc_service="opentelemetry.proto.collector.logs.v1.LogsService",
    request=ExportLogsServiceRequest,
    response=ExportLogsServiceResponse,
    rows="log records",
    rejected_field="rejected_log_records",
    raw_table="log_events",
    table=log_events_table,
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
