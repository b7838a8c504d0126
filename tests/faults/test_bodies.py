"""Rows 6, 7, 12 and 13: bodies that no sender should send, and times that no clock should show."""

import gzip
import json
import subprocess
import sys
import zlib
from collections import Counter
from pathlib import Path

import grpc
import pytest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from faults.fault_rows import FaultRows, Scale
from faults.fuzz import Cases
from faults.ledger import read_ledger, stop_when_built
from faults.load import EXPORT_TRACES, GRPC_OPTIONS
from faults.process import Memory, Up, terminate
from support.call_batches import CallBatches
from support.otlp import JSON, PROTOBUF, make_span, send, trace_request

TRACE = bytes(range(16))
CALL = CallBatches(spans=3).body(TRACE)
JSON_CALL = {
    "resourceSpans": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]},
            "scopeSpans": [
                {
                    "scope": {"name": "tests"},
                    "spans": [
                        {
                            "traceId": "5b8efff798038103d269b633813fc60c",
                            "spanId": "eee19b7ec3c1b174",
                            "name": "chat",
                            "kind": 3,
                            "startTimeUnixNano": "1544712660000000000",
                            "endTimeUnixNano": 1544712661000000000,
                            "attributes": [
                                {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
                                {"key": "n", "value": {"intValue": "5"}},
                                {"key": "l", "value": {"arrayValue": {"values": [{"doubleValue": 0.5}]}}},
                                {"key": "m", "value": {"kvlistValue": {"values": []}}},
                            ],
                            "events": [{"name": "exception", "timeUnixNano": "1"}],
                            "status": {"code": 2, "message": "no"},
                        }
                    ],
                }
            ],
        }
    ]
}
GROWTH_MB = 256
GIB = 1024**3
DAY_NS = 86_400 * 10**9
NOW_NS = 1_795_000_000 * 10**9
YEAR_2262_NS = 9_223_372_036 * 10**9


def decoded_in_a_process(cases: int) -> dict[str, int]:
    """How many mutated bodies are read and how many refused; a crash fails the test with the body."""
    command = [sys.executable, "-m", "faults.fuzz", "--seed", "6", "--cases", str(cases)]
    tests = Path(__file__).parents[1]
    done = subprocess.run(command, cwd=tests, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    outcomes: dict[str, int] = json.loads(done.stdout)
    return outcomes


def test_mutated_bodies(up: Up, faults: FaultRows, scale: Scale) -> None:
    in_process, over_http = scale(4_000, 1_000_000), scale(200, 20_000)
    expected = "0 crashes, 0 answers of 500"
    with faults.row(6, "mutated protobuf and JSON bodies", in_process + over_http, expected) as measured:
        decoded = decoded_in_a_process(in_process)
        spanmart = up()
        cases = Cases(seed=7)
        answers: Counter[int] = Counter()
        for _ in range(over_http):
            signal, body, media_type = cases.next()
            answers[send(spanmart.ready["otlp_http_port"], signal.path, body, media_type).status] += 1
        measured.update({"decoded": decoded, "answered": dict(answers)})
        assert set(decoded) == {"200", "400"}
        assert set(answers) == {200, 400}
        assert terminate(spanmart) == 0


def nested_json(depth: int) -> bytes:
    value = b'{"arrayValue":{"values":[' * depth + b"{}" + b"]}}" * depth
    attribute = b'{"key":"deep","value":' + value + b"}"
    return b'{"resourceSpans":[{"resource":{"attributes":[' + attribute + b"]}}]}"


def nested_protobuf(depth: int) -> bytes:
    """An AnyValue in an AnyValue, written from the inside out."""

    def field(number: int, content: bytes) -> bytes:
        length, prefix = len(content), bytearray([number << 3 | 2])
        while length >= 0x80:
            prefix.append(length & 0x7F | 0x80)
            length >>= 7
        return bytes([*prefix, length]) + content

    value = b""
    for _ in range(depth):
        value = field(5, field(1, value))
    attribute = field(1, b"deep") + field(2, value)
    return field(1, field(1, field(1, attribute)))


def zeros_packed(size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    pieces = [packer.compress(bytes(2**24)) for _ in range(size // 2**24)]
    return b"".join([*pieces, packer.flush()])


def many_spans(count: int) -> bytes:
    spans = [make_span(number, trace_id=TRACE, name="") for number in range(1, count + 1)]
    return trace_request(*spans).SerializeToString()


def enormous_bodies(scale: Scale) -> dict[str, tuple[bytes, str, dict[str, str], set[int]]]:
    deep = scale(10_000, 1_000_000)
    bomb = zeros_packed(scale(2**27, GIB))
    return {
        "JSON nested deep": (nested_json(deep), JSON, {}, {400, 413}),
        "protobuf nested deep": (nested_protobuf(min(deep, 20_000)), PROTOBUF, {}, {400}),
        "gzip bomb": (bomb, PROTOBUF, {"Content-Encoding": "gzip"}, {413}),
        "70 MiB": (bytes(70 * 2**20), PROTOBUF, {}, {413}),
        "spans in one request": (many_spans(scale(40_000, 1_000_000)), PROTOBUF, {}, {413}),
    }


def test_enormous_bodies(up: Up, faults: FaultRows, scale: Scale) -> None:
    spanmart = up()
    port = spanmart.ready["otlp_http_port"]
    for name, (body, media_type, headers, statuses) in enormous_bodies(scale).items():
        times = scale(1, 20 if name == "gzip bomb" else 1)
        expected = f"{' or '.join(map(str, sorted(statuses)))}, RSS growth ≤ {GROWTH_MB} MB"
        with faults.row(7, name, times, expected) as measured:
            memory = Memory(spanmart)
            answers = {
                send(port, "/v1/traces", body, media_type, headers=headers).status for _ in range(times)
            }
            measured.update({"answered": sorted(answers), "RSS growth MB": memory.growth_mb()})
            assert answers <= statuses
            assert memory.growth_mb() <= GROWTH_MB
    assert send(port, "/v1/traces", CALL, PROTOBUF).status == 200


def test_enormous_bodies_over_grpc(up: Up, faults: FaultRows, scale: Scale) -> None:
    bodies = {"protobuf nested deep": "INVALID_ARGUMENT", "70 MiB": "RESOURCE_EXHAUSTED"}
    spanmart = up()
    with grpc.insecure_channel(
        f"127.0.0.1:{spanmart.ready['otlp_grpc_port']}", options=GRPC_OPTIONS
    ) as channel:
        export = channel.unary_unary(EXPORT_TRACES)
        for name, code in bodies.items():
            with faults.row(7, f"{name} over gRPC", 1, f"{code}, RSS growth ≤ {GROWTH_MB} MB") as measured:
                memory = Memory(spanmart)
                with pytest.raises(grpc.RpcError) as caught:
                    export(enormous_bodies(Scale())[name][0])
                measured.update({"answered": caught.value.code().name, "RSS growth MB": memory.growth_mb()})
                assert caught.value.code().name == code
                assert memory.growth_mb() <= GROWTH_MB
        assert export(CALL) == b""


TIMES = {
    "a day ahead": (NOW_NS + DAY_NS, NOW_NS + DAY_NS + 10**9),
    "a day behind": (NOW_NS - DAY_NS, NOW_NS - DAY_NS + 10**9),
    "1970": (1, 2),
    "2262": (YEAR_2262_NS, YEAR_2262_NS + 10**9),
    "none": (0, 0),
    "end before start": (NOW_NS, NOW_NS - 10**9),
    "the last nanosecond": (2**64 - 2, 2**64 - 1),
}


def test_clocks_that_are_wrong(up: Up, faults: FaultRows) -> None:
    with faults.row(
        12, "clocks and years that are wrong", len(TIMES), "stored, in the marts, no crash"
    ) as measured:
        chat = {
            "gen_ai.operation.name": AnyValue(string_value="chat"),
            "gen_ai.usage.input_tokens": AnyValue(int_value=12),
        }
        spans = [
            make_span(
                number, trace_id=TRACE, start_time_unix_nano=start, end_time_unix_nano=end, attributes=chat
            )
            for number, (start, end) in enumerate(TIMES.values(), 1)
        ]
        spanmart = up()
        answer = send(
            spanmart.ready["otlp_http_port"], "/v1/traces", trace_request(*spans).SerializeToString()
        )
        assert (answer.status, answer.body) == (200, b"")
        ledger = stop_when_built(spanmart, len(TIMES))
        measured.update({"stored": ledger.raw.rows, "in the marts": ledger.marts.rows})
        assert (ledger.raw.rows, ledger.marts.rows) == (len(TIMES), len(TIMES))


def poisoned_json() -> bytes:
    tree = json.loads(json.dumps(JSON_CALL))
    spans = tree["resourceSpans"][0]["scopeSpans"][0]["spans"]
    spans += [{**spans[0], "spanId": "no hex at all"}, {**spans[0], "spanId": "00f067aa0ba902b7"}]
    return json.dumps(tree).encode()


def test_one_poison_span_among_good_ones(up: Up, faults: FaultRows) -> None:
    with faults.row(
        13, "one poison span in a batch", 4, "it is rejected, those beside it are stored"
    ) as measured:
        good_and_bad = trace_request(make_span(1), make_span(2, trace_id=b"short"), make_span(3))
        no_utf8 = trace_request(make_span(4), make_span(5, name="cafe"), make_span(6))
        bodies = [
            (good_and_bad.SerializeToString(), PROTOBUF, {}),
            (no_utf8.SerializeToString().replace(b"cafe", b"caf\xe9"), PROTOBUF, {}),
            (gzip.compress(poisoned_json()), JSON, {"Content-Encoding": "gzip"}),
        ]
        spanmart = up()
        for body, media_type, headers in bodies:
            answer = send(spanmart.ready["otlp_http_port"], "/v1/traces", body, media_type, headers=headers)
            assert answer.status == 200
            assert b"1 of 3" in answer.body
        over_grpc = trace_request(make_span(7), make_span(8, span_id=bytes(8))).SerializeToString()
        with grpc.insecure_channel(f"127.0.0.1:{spanmart.ready['otlp_grpc_port']}") as channel:
            assert b"1 of 2" in channel.unary_unary(EXPORT_TRACES)(over_grpc)
        assert terminate(spanmart) == 0
        ledger = read_ledger(Path(spanmart.ready["data"]))
        measured.update({"stored": ledger.stored, "rejected": ledger.rejected})
        assert (ledger.stored, ledger.rejected) == (7, 4)
