"""A collector that keeps what it gets: the smallest OTLP/HTTP server there can be.

with OtlpReceiver() as receiver:
    ...                              # export to receiver.endpoint
    receiver.spans, receiver.log_records
"""

import gzip
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from support.local_server import LocalServer


class OtlpReceiver(LocalServer):
    """Answers 200 to traces and logs and keeps them; with `hangs` it takes connections and never answers."""

    def __init__(self, *, hangs: bool = False) -> None:
        self.traces: list[ExportTraceServiceRequest] = []
        self.logs: list[ExportLogsServiceRequest] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"  # senders keep their connection, as they do with real collectors

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                if hangs:
                    receiver.closing.wait()
                    return
                if self.path == "/v1/traces":
                    receiver.traces.append(ExportTraceServiceRequest.FromString(body))
                else:
                    receiver.logs.append(ExportLogsServiceRequest.FromString(body))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Keep the test's output readable."""

        super().__init__(Handler)
        self.endpoint = self.url

    @property
    def spans(self) -> list[Any]:
        """Every span received."""
        return [span for scopes in self._scopes() for span in scopes.spans]

    @property
    def resources(self) -> list[dict[str, str]]:
        """The text attributes of the resource of each export."""
        return [
            {attribute.key: attribute.value.string_value for attribute in group.resource.attributes}
            for request in self.traces
            for group in request.resource_spans
        ]

    @property
    def log_records(self) -> list[Any]:
        """Every log record received."""
        return [
            record
            for request in self.logs
            for group in request.resource_logs
            for scopes in group.scope_logs
            for record in scopes.log_records
        ]

    def _scopes(self) -> Iterator[Any]:
        for request in self.traces:
            for group in request.resource_spans:
                yield from group.scope_spans
