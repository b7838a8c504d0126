"""Decode mutated bodies as the collector does, in a process of its own: there a crash is a finding, no end.

    python -m faults.fuzz --seed 6 --cases 100000

Prints, as JSON, how many bodies were read and how many were refused. Whatever else a body does ends the
process, with the body in hexadecimal on stderr.
"""

import argparse
import base64
import json
import sys
from collections import Counter

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from faults.mutations import Mutations
from spanmart.collector.otlp.export import Export
from spanmart.collector.otlp.refusal import Refusal
from spanmart.collector.otlp.signals import LOGS, TRACES, Signal
from spanmart.warehouse.storage.batch import Rows
from support.otlp import JSON, PROTOBUF, make_span, span_id, trace_request

ATTRIBUTES = {
    "gen_ai.operation.name": AnyValue(string_value="chat"),
    "tokens": AnyValue(int_value=-7),
    "cost": AnyValue(double_value=0.25),
    "streamed": AnyValue(bool_value=True),
    "image": AnyValue(bytes_value=b"\x00\xff"),
    "nothing": AnyValue(),
    "reasons": AnyValue(
        array_value=ArrayValue(values=[AnyValue(string_value="stop"), AnyValue(int_value=1)])
    ),
    "nested": AnyValue(
        kvlist_value=KeyValueList(values=[KeyValue(key="a.b", value=AnyValue(string_value="Füße"))])
    ),
}
HEX_IDS = ("traceId", "spanId", "parentSpanId")

Case = tuple[Signal, bytes, str]


def trace_body() -> bytes:
    """Three spans with every kind of value, an event and a link."""
    spans = [make_span(number, attributes=ATTRIBUTES, parent_span_id=span_id(9)) for number in (1, 2, 3)]
    pairs = [KeyValue(key=key, value=value) for key, value in ATTRIBUTES.items()]
    spans[1].events.append(Span.Event(name="exception", time_unix_nano=5, attributes=pairs))
    spans[2].links.append(Span.Link(trace_id=bytes(range(16)), span_id=span_id(7), attributes=pairs))
    return trace_request(*spans).SerializeToString()


def logs_body() -> bytes:
    """Two log records, one of them an event of a trace."""
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    records.add(time_unix_nano=5, severity_number=9, body=ATTRIBUTES["nested"])
    event = records.add(event_name="gen_ai.evaluation.result", trace_id=bytes(range(16)), span_id=span_id(7))
    for key, value in ATTRIBUTES.items():
        event.attributes.add(key=key, value=value)
    return request.SerializeToString()


def otlp_json(signal: Signal, body: bytes) -> object:
    """The request in OTLP's JSON: as protobuf writes it, but for ids and enums."""

    def with_hex_ids(tree: object) -> object:
        if isinstance(tree, list):
            return [with_hex_ids(element) for element in tree]
        if not isinstance(tree, dict):
            return tree
        return {
            key: base64.b64decode(value).hex() if key in HEX_IDS else with_hex_ids(value)
            for key, value in tree.items()
        }

    return with_hex_ids(MessageToDict(signal.request.FromString(body), use_integers_for_enums=True))


class Cases:
    """Mutated requests of both signals and encodings, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._mutations = Mutations(seed)
        bodies = [(TRACES, trace_body()), (LOGS, logs_body())]
        self._bodies = bodies
        self._trees = [(signal, otlp_json(signal, body)) for signal, body in bodies]
        self._number = 0

    def next(self) -> Case:
        """A request that was valid once."""
        self._number += 1
        which = self._number // 2 % 2
        if self._number % 2:
            signal, tree = self._trees[which]
            return signal, self._mutations.of_json(tree), JSON
        signal, body = self._bodies[which]
        return signal, self._mutations.of_bytes(body, other=self._bodies[1 - which][1]), PROTOBUF


def outcome(signal: Signal, body: bytes, media_type: str) -> str:
    """The HTTP status of the refusal, or 200 where the rows do become valid tables."""
    read = Export.of_json if media_type == JSON else Export.of_protobuf
    try:
        batch = read(signal, body, "fuzz").batch
    except Refusal as refusal:
        return str(refusal.http_status)
    for rows in (batch.spans, batch.log_events) if batch else ():
        _check(rows)
    return "200"


def _check(rows: Rows | None) -> None:
    if rows is not None and rows.num_rows:
        table = rows.table([rows]) if hasattr(rows, "table") else rows
        table.validate(full=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--cases", type=int, required=True)
    chosen = parser.parse_args()
    cases, outcomes = Cases(chosen.seed), Counter[str]()
    for _ in range(chosen.cases):
        signal, body, media_type = cases.next()
        try:
            outcomes[outcome(signal, body, media_type)] += 1
        except BaseException:
            print(f"{signal.path} {media_type} {body.hex()}", file=sys.stderr)
            raise
    print(json.dumps(outcomes))


if __name__ == "__main__":
    main()
