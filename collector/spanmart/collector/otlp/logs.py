"""Log records as rows of raw.log_events."""

import time
from typing import Self

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, SeverityNumber

from spanmart.collector.otlp.attributes import attribute_texts, value_text
from spanmart.collector.otlp.rows import OtlpRows
from spanmart.collector.otlp.traces import NO_SPAN_ID, NO_TRACE_ID
from spanmart.collector.otlp.undecoded import AttributeReader
from spanmart.warehouse.storage.batch import LOG_EVENTS

SEVERITIES: dict[int, str] = {
    number: name.removeprefix("SEVERITY_NUMBER_") for name, number in SeverityNumber.items()
}


READER = AttributeReader("logs", LogRecord.ATTRIBUTES_FIELD_NUMBER)


class LogEventRows(OtlpRows):
    """Log records of one request as rows of raw.log_events."""

    schema = LOG_EVENTS

    @classmethod
    def of(cls, request: ExportLogsServiceRequest, body: bytes, _rejections: list[str]) -> Self:
        """The records of a request and of the `body` it came in.

        None is rejected: an invalid trace or span id means that there is none.
        """
        found = cls()
        undecoded = READER.rows(body)
        now = time.time_ns()
        for resource_logs in request.resource_logs:
            resource = attribute_texts(resource_logs.resource.attributes)
            for scope_logs in resource_logs.scope_logs:
                for record, attributes in zip(scope_logs.log_records, undecoded, strict=False):
                    found.append(_row(record, now), attributes)
                found.close_resource(resource, resource_logs.resource.ByteSize())
        return found


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
