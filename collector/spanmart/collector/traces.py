"""Spans of a trace request as rows of raw.spans."""

from collections.abc import Iterable

import pyarrow as pa
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from spanmart.collector.attributes import attribute_texts, json_text, native_values
from spanmart.collector.columns import AttributesColumn, ResourceColumn, table_of
from spanmart.warehouse.batch import SPANS

# An id of only zeros is no id.
NO_TRACE_ID = bytes(16)
NO_SPAN_ID = bytes(8)

KINDS: dict[int, str] = {number: name.removeprefix("SPAN_KIND_") for name, number in Span.SpanKind.items()}
STATUS_CODES: dict[int, str] = {
    number: name.removeprefix("STATUS_CODE_") for name, number in Status.StatusCode.items()
}


def spans_table(request: ExportTraceServiceRequest, rejections: list[str]) -> pa.Table:
    """The request's valid spans; for each that is not, a reason is added to `rejections`."""
    rows: list[tuple[object, ...]] = []
    attributes = AttributesColumn()
    resources = ResourceColumn()
    for resource_spans in request.resource_spans:
        resource = attribute_texts(resource_spans.resource.attributes)
        resources.append(resource)
        service_name = resource.get("service.name")
        for scope_spans in resource_spans.scope_spans:
            scope = scope_spans.scope
            before = len(rows)
            for span in scope_spans.spans:
                if reason := _invalid(span):
                    rejections.append(f"span {span.name!r}: {reason}")
                    continue
                rows.append(_row(span, service_name, scope.name, scope.version))
                attributes.append(attribute_texts(span.attributes))
            resources.cover(len(rows) - before, resource_spans.resource.ByteSize() + scope.ByteSize())
    ready = {"attributes": attributes.array(), "resource_attributes": resources.array()}
    return table_of(rows, SPANS, ready)


def _invalid(span: Span) -> str | None:
    for name, value, none in (
        ("trace_id", span.trace_id, NO_TRACE_ID),
        ("span_id", span.span_id, NO_SPAN_ID),
    ):
        if len(value) != len(none) or value == none:
            return f"{name} must be {len(none)} bytes and not all zero, and is {value.hex() or 'empty'}"
    if len(span.parent_span_id) not in (0, len(NO_SPAN_ID)):
        return f"parent_span_id must be {len(NO_SPAN_ID)} bytes or empty, and is {span.parent_span_id.hex()}"
    return None


def _row(span: Span, service_name: str | None, scope_name: str, scope_version: str) -> tuple[object, ...]:
    parent = span.parent_span_id
    status = span.status
    return (
        span.trace_id.hex(),
        span.span_id.hex(),
        parent.hex() if parent and parent != NO_SPAN_ID else None,
        span.name,
        KINDS.get(span.kind) or str(span.kind),
        span.start_time_unix_nano,
        span.end_time_unix_nano,
        STATUS_CODES.get(status.code) or str(status.code),
        status.message,
        service_name,
        scope_name,
        scope_version,
        _events(span.events) if span.events else "[]",
        _links(span.links) if span.links else "[]",
    )


def _events(events: Iterable[Span.Event]) -> str:
    return json_text(
        [
            {
                "name": event.name,
                "time_unix_nano": event.time_unix_nano,
                "attributes": native_values(event.attributes),
            }
            for event in events
        ]
    )


def _links(links: Iterable[Span.Link]) -> str:
    return json_text(
        [
            {
                "trace_id": link.trace_id.hex(),
                "span_id": link.span_id.hex(),
                "trace_state": link.trace_state,
                "attributes": native_values(link.attributes),
            }
            for link in links
        ]
    )
