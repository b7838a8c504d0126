"""OTLP requests encoded before the clock starts, whose ids are made fresh for each sending.

A receiver that deduplicates, or a column that stores a repeated string once, would gain from the same bytes
sent twice. So every id is replaced by new randomness, and so is a token inside what the user wrote,
which makes that text differ too. It costs the sender about a microsecond a span.
"""

import hashlib
import os
import pickle
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from benchmarks.ingest.calls import FIRST_NANO, Calls

SEED = 20_251_125
_TOKEN = 16  # hex digits, in the user's text, the session's id, the response's and the request's
_TOKENS = re.compile(rb"(?:, case |chatcmpl-|req_)([0-9a-f]{16})")
_SOURCES = ("../prose.py", "calls.py", "payloads.py")
_RESOURCE = {
    "service.name": "training-builder",
    "service.version": "2.14.0",
    "deployment.environment.name": "production",
    "telemetry.sdk.language": "python",
    "telemetry.sdk.name": "opentelemetry",
    "telemetry.sdk.version": "1.45.2",
}


@dataclass
class Payload:
    """One encoded `ExportTraceServiceRequest` and where its ids and tokens are."""

    body: bytearray
    spans: int
    trace_ids: list[int]  # offsets into the body
    span_ids: list[int]
    tokens: list[int]
    otlp_bytes: int

    def refresh(self) -> None:
        """Give every span ids and tokens that were never sent before."""
        body = self.body
        ids = os.urandom(24 * self.spans)
        middle = 16 * self.spans
        for offset, at in zip(self.trace_ids, range(0, middle, 16), strict=True):
            body[offset : offset + 16] = ids[at : at + 16]
        for offset, at in zip(self.span_ids, range(middle, len(ids), 8), strict=True):
            body[offset : offset + 8] = ids[at : at + 8]
        tokens = os.urandom(_TOKEN // 2 * len(self.tokens)).hex().encode()
        for offset, at in zip(self.tokens, range(0, len(tokens), _TOKEN), strict=True):
            body[offset : offset + _TOKEN] = tokens[at : at + _TOKEN]

    def behind(self, headers: bytes) -> "Payload":
        """The same request with its HTTP headers in front, so that one write sends both."""
        shift = len(headers)
        return Payload(
            bytearray(headers + self.body),
            self.spans,
            [offset + shift for offset in self.trace_ids],
            [offset + shift for offset in self.span_ids],
            [offset + shift for offset in self.tokens],
            self.otlp_bytes,
        )


def encode(spans: list[Span]) -> Payload:
    """One request with these spans; every span's ids and tokens are found again in its bytes."""
    request = ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add()
    resource_spans.resource.attributes.extend(
        KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in _RESOURCE.items()
    )
    scope_spans = resource_spans.scope_spans.add()
    scope_spans.scope.name, scope_spans.scope.version = "spanmart.instrumentation", "0.1.0"
    scope_spans.spans.extend(spans)
    body = bytearray(request.SerializeToString())
    trace_ids = _offsets(body, [span.trace_id for span in spans])
    span_ids = [body.index(span.span_id, trace_id) for span, trace_id in zip(spans, trace_ids, strict=True)]
    tokens = [found.start(1) for found in _TOKENS.finditer(body)]
    return Payload(body, len(spans), trace_ids, span_ids, tokens, len(body))


def _offsets(body: bytearray, ids: list[bytes]) -> list[int]:
    offsets: list[int] = []
    for each in ids:
        offsets.append(body.index(each, offsets[-1] if offsets else 0))
    assert all(later > earlier for earlier, later in pairwise(offsets)), "ids are found in the order of spans"
    return offsets


def payloads(cache: Path, requests: int, spans_a_request: int, first_nano: int = FIRST_NANO) -> Path:
    """A file with so many different requests; made once and kept in `cache` under what it was made from."""
    source = b"".join((Path(__file__).parent / name).read_bytes() for name in _SOURCES)
    key = hashlib.sha256(b"%d %b" % (first_nano, source)).hexdigest()[:12]
    path = cache / f"payloads-{SEED}-{requests}x{spans_a_request}-{key}.pickle"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        calls = Calls(SEED, first_nano)
        made = [encode([calls.span() for _ in range(spans_a_request)]) for _ in range(requests)]
        partial = path.with_suffix(f".{os.getpid()}")
        partial.write_bytes(pickle.dumps(made))
        partial.rename(path)
    return path


def load(path: Path) -> list[Payload]:
    """The requests of a file made by `payloads`."""
    made: list[Payload] = pickle.loads(path.read_bytes())
    return made
