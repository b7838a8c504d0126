"""Log records as rows of raw.log_events."""

import time

import pyarrow as pa
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, SeverityNumber

from spanmart.collector.attributes import attribute_texts, value_text
from spanmart.collector.columns import AttributesColumn, ResourceColumn, table_of
from spanmart.collector.traces import NO_SPAN_ID, NO_TRACE_ID
from spanmart.warehouse.batch import LOG_EVENTS

SEVERITIES: dict[int, str] = {
    number: name.removeprefix("SEVERITY_NUMBER_") for name, number in SeverityNumber.items()
}


def log_events_table(request: ExportLogsServiceRequest, _rejections: list[str]) -> pa.Table:
    """The request's records. None is rejected: an invalid trace or span id means that there is none."""
    rows: list[tuple[object, ...]] = []
    attributes = AttributesColumn()
    resources = ResourceColumn()
    now = time.time_ns()
    for resource_logs in request.resource_logs:
        resources.append(attribute_texts(resource_logs.resource.attributes))
        for scope_logs in resource_logs.scope_logs:
            for record in scope_logs.log_records:
                rows.append(_row(record, now))
                attributes.append(attribute_texts(record.attributes))
            resources.cover(len(scope_logs.log_records), resource_logs.resource.ByteSize())
    ready = {"attributes": attributes.array(), "resource_attributes": resources.array()}
    return table_of(rows, LOG_EVENTS, ready)


def _row(record: LogRecord, now: int) -> tuple[object, ...]:
    return (
        record.time_unix_nano or record.observed_time_unix_nano or now,
        _id(record.trace_id, NO_TRACE_ID),
        _id(record.span_id, NO_SPAN_ID),
        record.event_name or None,
        record.severity_text or _severity(record.severity_number),
        value_text(record.body),
    )


def _id(value: bytes, none: bytes) -> str | None:
    return value.hex() if len(value) == len(none) and value != none else None


def _severity(number: int) -> str | None:
    return (SEVERITIES.get(number) or str(number)) if number else None
