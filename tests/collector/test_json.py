"""OTLP/JSON is an encoding of its own: what it takes and what it does not."""

import json

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spanmart.collector.otlp.otlp_json import parse_json
from spanmart.collector.otlp.refusal import Refusal
from support.otlp import JSON, send

VALID = {"traceId": "0102030405060708090A0b0c0d0e0f10", "spanId": "0102030405060708", "name": "chat"}


def body_of(*spans):
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).encode()


def parsed(span):
    rejections = []
    request = parse_json(ExportTraceServiceRequest, body_of({**VALID, **span}), rejections)
    assert rejections == []
    return request.resource_spans[0].scope_spans[0].spans[0]


def rejected(span):
    rejections = []
    parse_json(ExportTraceServiceRequest, body_of({**VALID, **span}), rejections)
    [reason] = rejections
    return reason


def test_ids_are_hexadecimal_in_any_case():
    assert parsed({}).trace_id == bytes(range(1, 17))


@pytest.mark.parametrize("time", [1700000000123456789, "1700000000123456789"])
def test_64_bit_integers_are_numbers_or_strings(time):
    assert parsed({"startTimeUnixNano": time}).start_time_unix_nano == 1700000000123456789


@pytest.mark.parametrize("value", [0.5, "0.5", "5e-1"])
def test_doubles_are_numbers_or_strings(value):
    span = parsed({"attributes": [{"key": "k", "value": {"doubleValue": value}}]})
    assert span.attributes[0].value.double_value == 0.5


def test_enums_are_integers():
    assert parsed({"kind": 3, "status": {"code": 2}}).kind == 3


def test_unknown_fields_and_nulls_are_ignored():
    assert parsed({"future": [{"a": 1}], "status": None, "attributes": None}).name == "chat"


def test_names_of_protobuf_are_unknown_fields():
    assert parsed({"start_time_unix_nano": 5}).start_time_unix_nano == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "SPAN_KIND_CLIENT"),
        ("kind", True),
        ("kind", 1.5),
        ("kind", 2**40),
        ("name", 5),
        ("startTimeUnixNano", -1),
        ("startTimeUnixNano", 2**64),
        ("startTimeUnixNano", "1e3"),
        ("status", []),
        ("attributes", {}),
        ("events", [5]),
    ],
)
def test_a_malformed_field_costs_its_span_and_is_named(field, value):
    assert f"spans[0].{field}" in rejected({field: value})


@pytest.mark.parametrize(
    "value", [{"boolValue": "true"}, {"bytesValue": "!"}, {"doubleValue": "five"}, "text"]
)
def test_a_malformed_attribute_value_costs_its_span(value):
    assert "attributes[0].value" in rejected({"attributes": [{"key": "k", "value": value}]})


def test_values_nested_deeper_than_protobuf_allows_are_refused():
    value = {"intValue": 1}
    for _ in range(60):
        value = {"arrayValue": {"values": [value]}}

    with pytest.raises(Refusal, match="nested deeper"):
        parsed({"attributes": [{"key": "k", "value": value}]})


def test_a_malformed_span_leaves_those_beside_it(http_port, stored):
    bad = {**VALID, "kind": "CLIENT"}
    not_hex = {**VALID, "name": "not hex", "parentSpanId": "zz"}

    answer = send(http_port, "/v1/traces", body_of(VALID, bad, not_hex), JSON)

    partial = json.loads(answer.body)["partialSuccess"]
    assert partial["rejectedSpans"] == "2"
    assert "spans[1].kind" in partial["errorMessage"]
    assert "parent_span_id" in partial["errorMessage"]
    assert [span["name"] for span in stored()] == ["chat"]
    [batch] = stored("batches")
    assert (batch["received"], batch["stored"], batch["rejected"]) == (3, 1, 2)
