"""Spans as rows of raw.spans."""

from collections.abc import Iterable
from typing import Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from spanmart.collector.otlp.attributes import attribute_texts, json_text, native_values
from spanmart.collector.otlp.rows import OtlpRows
from spanmart.collector.otlp.undecoded import AttributeReader
from spanmart.warehouse.storage.batch import SPANS

# An id of only zeros is no id.
NO_TRACE_ID = bytes(16)
NO_SPAN_ID = bytes(8)

KINDS: dict[int, str] = {number: name.removeprefix("SPAN_KIND_") for name, number in Span.SpanKind.items()}
STATUS_CODES: dict[int, str] = {
    number: name.removeprefix("STATUS_CODE_") for name, number in Status.StatusCode.items()
}


READER = AttributeReader("traces", Span.ATTRIBUTES_FIELD_NUMBER)


class SpanRows(OtlpRows):
    """Spans of one request as rows of raw.spans."""

    schema = SPANS

    @classmethod
    def of(cls, request: ExportTraceServiceRequest, body: bytes, rejections: list[str]) -> Self:
        """The valid spans of a request and of the `body` it came in; a reason is added for each other."""
        found = cls()
        undecoded = READER.rows(body)
        for resource_spans in request.resource_spans:
            resource = attribute_texts(resource_spans.resource.attributes)
            service_name = resource.get("service.name")
            for scope_spans in resource_spans.scope_spans:
                scope = scope_spans.scope
                scope_name, scope_version = scope.name, scope.version
                for span, attributes in zip(scope_spans.spans, undecoded, strict=False):
                    ids = span.trace_id, span.span_id, span.parent_span_id
                    if _are_valid(*ids):
                        found.append(_row(span, ids, service_name, scope_name, scope_version), attributes)
                    else:
                        rejections.append(f"span {span.name!r}: {_fault(*ids)}")
                found.close_resource(resource, resource_spans.resource.ByteSize() + scope.ByteSize())
        return found


def _are_valid(trace_id: bytes, span_id: bytes, parent_span_id: bytes) -> bool:
    return (
        len(trace_id) == len(NO_TRACE_ID)
        and len(span_id) == len(NO_SPAN_ID)
        and len(parent_span_id) in (0, len(NO_SPAN_ID))
        and trace_id != NO_TRACE_ID
        and span_id != NO_SPAN_ID
    )


def _fault(trace_id: bytes, span_id: bytes, parent_span_id: bytes) -> str:
    for name, value, none in (("trace_id", trace_id, NO_TRACE_ID), ("span_id", span_id, NO_SPAN_ID)):
        if len(value) != len(none) or value == none:
            return f"{name} must be {len(none)} bytes and not all zero, and is {value.hex() or 'empty'}"
    return f"parent_span_id must be {len(NO_SPAN_ID)} bytes or empty, and is {parent_span_id.hex()}"


def _row(
    span: Span, ids: tuple[bytes, bytes, bytes], service_name: str | None, scope_name: str, scope_version: str
) -> tuple[object, ...]:
    trace_id, span_id, parent = ids
    status = span.status
    return (
        trace_id.hex(),
        span_id.hex(),
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
