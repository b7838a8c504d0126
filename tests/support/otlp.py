"""OTLP requests to send to a collector, and a sender that is nothing but HTTP."""

import http.client
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
TRACE_ID = bytes(range(1, 17))


def span_id(number: int) -> bytes:
    return number.to_bytes(8, "big")


def make_span(number: int = 1, *, attributes: dict[str, AnyValue] | None = None, **fields) -> Span:
    pairs = [KeyValue(key=key, value=value) for key, value in (attributes or {}).items()]
    defaults = {"trace_id": TRACE_ID, "span_id": span_id(number), "name": f"span {number}"}
    return Span(**{**defaults, "attributes": pairs, **fields})


def trace_request(*spans: Span, resource: dict[str, str] | None = None) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add()
    for key, value in (resource or {"service.name": "checkout"}).items():
        resource_spans.resource.attributes.add(key=key, value=AnyValue(string_value=value))
    scope_spans = resource_spans.scope_spans.add()
    scope_spans.scope.name = "tests"
    scope_spans.spans.extend(spans)
    return request


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def send(
    port: int,
    path: str,
    body: bytes | Iterator[bytes],
    content_type: str | None = PROTOBUF,
    *,
    method: str = "POST",
    headers: dict[str, str] | None = None,
) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    try:
        types = {"Content-Type": content_type} if content_type else {}
        connection.request(method, path, body, {**types, **(headers or {})})
        response = connection.getresponse()
        received = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, response.read(), received)
    finally:
        connection.close()


def post(url: str, context: ssl.SSLContext | None = None, **headers: str) -> int:
    """Send an empty export request to a receiver and return the status of its answer."""
    request = urllib.request.Request(f"{url}/v1/traces", data=b"{}", headers=headers)
    request.add_header("Content-Type", JSON)
    try:
        with urllib.request.urlopen(request, context=context) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def rows(cursor: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, object]]:
    cursor.execute(query)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def recordings() -> Path:
    """The recordings beside the checkout; they may be absent."""
    return Path(__file__).parents[3] / "shared" / "recordings"
