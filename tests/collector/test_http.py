"""OTLP/HTTP as the protocol has it: what is accepted, what is refused and in which words."""

import gzip
import json
import zlib
from itertools import pairwise

import pytest
from google.rpc.error_details_pb2 import BadRequest, RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from spanmart.collector import OtlpHttpServer, PortInUse
from spanmart.collector.otlp.body import zstd
from spanmart.warehouse.errors import LandingOverloaded
from support.otlp import JSON, PROTOBUF, TRACE_ID, make_span, send, span_id, trace_request

ONE_SPAN = trace_request(make_span()).SerializeToString()
PATHS = ["/v1/traces", "/v1/logs", "/v1/metrics"]


def raw_deflate(body):
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(body) + compressor.flush()


def status_of(answer):
    assert answer.headers["content-type"] == PROTOBUF
    return Status.FromString(answer.body)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("content_type", "body", "success"), [(PROTOBUF, b"", b""), (JSON, b"{}", b"{}")])
def test_an_empty_request_succeeds(http_port, stored, path, content_type, body, success):
    answer = send(http_port, path, body, content_type)

    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, success, content_type)
    assert stored("batches") == []


@pytest.mark.parametrize(
    ("coding", "encode"),
    [
        ("identity", bytes),
        ("gzip", gzip.compress),
        ("GZIP", gzip.compress),
        ("gzip", lambda body: gzip.compress(body[:10]) + gzip.compress(body[10:])),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("zstd", zstd.compress),
        ("zstd", lambda body: zstd.compress(body[:10]) + zstd.compress(body[10:])),
    ],
)
def test_a_span_is_stored_whatever_the_coding(http_port, stored, coding, encode):
    answer = send(http_port, "/v1/traces", encode(ONE_SPAN), headers={"Content-Encoding": coding})

    assert (answer.status, answer.body) == (200, b"")
    [span] = stored()
    assert span["trace_id"] == TRACE_ID.hex()
    assert span["service_name"] == "checkout"


def test_a_body_may_come_in_chunks_of_unknown_length(http_port, stored):
    pieces = (ONE_SPAN[start:end] for start, end in pairwise([0, 1, 40, len(ONE_SPAN)]))

    assert send(http_port, "/v1/traces", pieces).status == 200
    assert len(stored()) == 1


def test_content_type_may_carry_parameters(http_port, stored):
    assert (
        send(http_port, "/v1/traces", b'{"resourceSpans":[]}', "application/json; charset=utf-8").status
        == 200
    )


def test_what_was_answered_is_already_in_the_ledger(http_port, stored):
    send(http_port, "/v1/traces", trace_request(make_span(1), make_span(2)).SerializeToString())

    [batch] = stored("batches")
    assert (batch["source"], batch["received"], batch["stored"], batch["rejected"]) == ("otlp_http", 2, 2, 0)


@pytest.mark.parametrize(
    "poison",
    [
        {"trace_id": b""},
        {"trace_id": bytes(16)},
        {"trace_id": b"short"},
        {"span_id": b""},
        {"span_id": bytes(8)},
        {"span_id": bytes(16)},
        {"parent_span_id": b"short"},
    ],
)
def test_a_span_with_an_invalid_id_is_rejected_and_those_beside_it_are_stored(http_port, stored, poison):
    request = trace_request(make_span(1), make_span(2, **poison), make_span(3))

    answer = send(http_port, "/v1/traces", request.SerializeToString())

    assert answer.status == 200
    partial = ExportTraceServiceResponse.FromString(answer.body).partial_success
    assert partial.rejected_spans == 1
    assert "span 2" in partial.error_message
    assert next(iter(poison)) in partial.error_message
    assert [span["span_id"] for span in stored()] == [span_id(1).hex(), span_id(3).hex()]
    [batch] = stored("batches")
    assert (batch["received"], batch["stored"], batch["rejected"]) == (3, 2, 1)


NO_UTF8 = b"caf\xe9"


def not_utf8(message):
    """The message's bytes, its text `cafe` no longer being UTF-8."""
    body = message.SerializeToString()
    assert b"cafe" in body
    return body.replace(b"cafe", NO_UTF8)


def test_a_span_whose_text_is_no_utf8_is_rejected_and_those_beside_it_are_stored(http_port, stored):
    request = trace_request(
        make_span(1), make_span(2, name="cafe"), make_span(3), resource={"service.name": "shop"}
    )
    request.resource_spans.add().scope_spans.add().spans.append(make_span(4))

    answer = send(http_port, "/v1/traces", not_utf8(request))

    partial = ExportTraceServiceResponse.FromString(answer.body).partial_success
    assert partial.rejected_spans == 1
    assert "span 1 of its scope" in partial.error_message
    assert [(span["span_id"], span["service_name"], span["scope_name"]) for span in stored()] == [
        (span_id(1).hex(), "shop", "tests"),
        (span_id(3).hex(), "shop", "tests"),
        (span_id(4).hex(), None, ""),
    ]


@pytest.mark.parametrize(
    "request_",
    [
        trace_request(make_span(name="cafe")),
        trace_request(make_span(), resource={"service.name": "cafe"}),
    ],
    ids=["in the only span", "in the resource"],
)
def test_where_no_row_can_be_saved_text_that_is_no_utf8_is_bad_data(http_port, stored, request_):
    assert send(http_port, "/v1/traces", not_utf8(request_)).status == 400
    assert stored() == []


def test_sound_rows_with_something_malformed_after_them_are_bad_data(http_port, stored):
    field_without_number = b"\x02\x00"
    body = trace_request(make_span(1)).SerializeToString() + field_without_number

    assert send(http_port, "/v1/traces", body).status == 400
    assert stored() == []


def test_a_log_record_with_an_invalid_trace_id_is_stored_without_one(http_port, stored):
    request = ExportLogsServiceRequest()
    request.resource_logs.add().scope_logs.add().log_records.add(trace_id=b"short", event_name="deployed")

    answer = send(http_port, "/v1/logs", request.SerializeToString())

    assert ExportLogsServiceResponse.FromString(answer.body) == ExportLogsServiceResponse()
    [event] = stored("log_events")
    assert (event["event_name"], event["trace_id"]) == ("deployed", None)


def test_metrics_are_answered_honestly_as_not_stored(http_port):
    request = ExportMetricsServiceRequest()
    scope_metrics = request.resource_metrics.add().scope_metrics.add()
    scope_metrics.metrics.add(name="a").gauge.data_points.add()
    scope_metrics.metrics.add(name="b").sum.data_points.add()
    scope_metrics.metrics.add(name="c").exponential_histogram.data_points.add()
    scope_metrics.metrics.add(name="without data")

    answer = send(http_port, "/v1/metrics", request.SerializeToString())

    assert answer.status == 200
    partial = ExportMetricsServiceResponse.FromString(answer.body).partial_success
    assert partial.rejected_data_points == 3
    assert "no metrics" in partial.error_message


@pytest.mark.parametrize(
    ("body", "content_type", "headers"),
    [
        (ONE_SPAN[:-1], PROTOBUF, {}),
        (b"\xff" * 40, PROTOBUF, {}),
        (ONE_SPAN, PROTOBUF, {"Content-Encoding": "gzip"}),
        (gzip.compress(ONE_SPAN)[:-4], PROTOBUF, {"Content-Encoding": "gzip"}),
        (gzip.compress(ONE_SPAN) + b"rest", PROTOBUF, {"Content-Encoding": "gzip"}),
        (b"", PROTOBUF, {"Content-Encoding": "gzip"}),
        (b"\x00\x01\x02", PROTOBUF, {"Content-Encoding": "deflate"}),
        (zstd.compress(ONE_SPAN)[:-4], PROTOBUF, {"Content-Encoding": "zstd"}),
        (zstd.compress(ONE_SPAN) + b"rest", PROTOBUF, {"Content-Encoding": "zstd"}),
        (b"\x00\x01\x02", PROTOBUF, {"Content-Encoding": "zstd"}),
        (b"", JSON, {}),
        (b"{", JSON, {}),
        (b"[]", JSON, {}),
        (b"\xff\xfe\x00", JSON, {}),
        (b'{"resourceSpans": {}}', JSON, {}),
        (b'{"resourceSpans": [{"resource": 5}]}', JSON, {}),
        (b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", JSON, {}),
    ],
)
def test_bad_data_is_a_400_that_says_what_is_wrong(http_port, stored, body, content_type, headers):
    answer = send(http_port, "/v1/traces", body, content_type, headers=headers)

    assert answer.status == 400
    assert answer.headers["content-type"] == content_type
    if content_type == PROTOBUF:
        status = Status.FromString(answer.body)
        bad_request = BadRequest()
        assert status.details[0].Unpack(bad_request)
        [violation] = bad_request.field_violations
        assert violation.field == "body"
        assert violation.description
    else:
        status = json.loads(answer.body)
        assert status["code"] == 3
        [detail] = status["details"]
        assert detail["@type"] == "type.googleapis.com/google.rpc.BadRequest"
        assert detail["fieldViolations"][0]["field"].startswith("body")
    assert stored("batches") == []


def nested_value(depth):
    """A protobuf AnyValue of arrays within arrays, written by hand: no library would."""
    value = b""
    for _ in range(depth):
        for tag in (b"\x0a", b"\x2a"):
            value = tag + varint(len(value)) + value
    return value


def varint(number):
    encoded = b""
    while number > 0x7F:
        encoded += bytes([number & 0x7F | 0x80])
        number >>= 7
    return encoded + bytes([number])


def test_protobuf_nested_too_deep_is_bad_data(http_port, stored):
    pair = b"\x0a\x01k\x12" + varint(len(nested_value(2000))) + nested_value(2000)
    span = make_span().SerializeToString() + b"\x4a" + varint(len(pair)) + pair
    scope_spans = b"\x12" + varint(len(span)) + span
    resource_spans = b"\x12" + varint(len(scope_spans)) + scope_spans
    body = b"\x0a" + varint(len(resource_spans)) + resource_spans

    assert send(http_port, "/v1/traces", body).status == 400
    assert stored() == []


@pytest.mark.parametrize(
    ("method", "path", "content_type", "headers", "http_status", "code"),
    [
        ("POST", "/", PROTOBUF, {}, 404, 5),
        ("POST", "/v1/traces/", PROTOBUF, {}, 404, 5),
        ("GET", "/v1/traces", PROTOBUF, {}, 405, 12),
        ("PUT", "/v1/logs", PROTOBUF, {}, 405, 12),
        ("POST", "/v1/traces", PROTOBUF, {"Content-Encoding": "br"}, 415, 3),
    ],
)
def test_a_wrong_request_is_refused_in_its_own_encoding(
    http_port, method, path, content_type, headers, http_status, code
):
    answer = send(http_port, path, ONE_SPAN, content_type, method=method, headers=headers)

    assert answer.status == http_status
    status = status_of(answer)
    assert status.code == code
    assert status.message


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/xml"])
def test_another_content_type_is_a_415_that_names_those_that_work(http_port, content_type):
    answer = send(http_port, "/v1/traces", ONE_SPAN, content_type)

    assert answer.status == 415
    assert answer.headers["accept"] == f"{PROTOBUF}, {JSON}"
    assert PROTOBUF in json.loads(answer.body)["message"]


def test_a_wrong_method_is_told_the_right_one(http_port):
    assert send(http_port, "/v1/traces", b"", None, method="GET").headers["allow"] == "POST"


BEYOND_LIMIT = b"\x00" * (1024 * 1024 + 1)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (BEYOND_LIMIT, {}),
        (gzip.compress(BEYOND_LIMIT), {"Content-Encoding": "gzip"}),
        (zlib.compress(BEYOND_LIMIT), {"Content-Encoding": "deflate"}),
        (gzip.compress(b"\x00" * 200_000_000), {"Content-Encoding": "gzip"}),
    ],
)
def test_a_body_beyond_the_limit_is_a_413_that_must_not_be_retried(http_port, body, headers):
    answer = send(http_port, "/v1/traces", body, headers=headers)

    assert answer.status == 413
    status = status_of(answer)
    assert status.code == 8
    assert not status.details
    assert "retry-after" not in answer.headers


def test_chunks_beyond_the_limit_are_refused_too(http_port):
    pieces = (b"\x00" * 65536 for _ in range(20))

    assert send(http_port, "/v1/traces", pieces).status == 413


def test_resource_attributes_may_not_unfold_into_an_enormous_table(http_port, stored):
    spans = [make_span(number) for number in range(1, 10_001)]
    request = trace_request(*spans, resource={"big": "x" * 100_000})

    answer = send(http_port, "/v1/traces", request.SerializeToString())

    assert answer.status == 413
    assert "resource" in status_of(answer).message
    assert stored() == []


def test_when_too_much_waits_for_the_disk_the_sender_is_told_to_come_back(http_port, warehouse, monkeypatch):
    def overloaded(_size):
        raise LandingOverloaded(1000, 1000, retry_after_s=7)

    monkeypatch.setattr(warehouse.landing, "_reserve", overloaded)

    answer = send(http_port, "/v1/traces", ONE_SPAN)

    assert answer.status == 503
    assert answer.headers["retry-after"] == "7"
    retry_info = RetryInfo()
    assert status_of(answer).details[0].Unpack(retry_info)
    assert retry_info.retry_delay.seconds == 7


def test_a_port_in_use_is_named_with_what_to_do(http_port, warehouse):
    with pytest.raises(PortInUse, match=rf"{http_port}.*127\.0\.0\.1.*--otlp-http-port"):
        OtlpHttpServer(warehouse.landing, "127.0.0.1", http_port).start()
