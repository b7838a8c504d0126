"""Attribute values come out of the warehouse exactly as they went in, in either encoding."""

import base64
import json
import math

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList

from support.otlp import JSON, make_span, send, trace_request

# Any text that UTF-8 can carry: NUL and astral characters included, half surrogate pairs not.
texts = st.text(st.characters(exclude_categories=["Cs"]))
keys = texts | st.sampled_from(["__proto__", "__class__", "constructor", "a", "a.b", "a.b.c", "a\x00b", ""])
scalars = (
    texts
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.binary(max_size=50)
    | st.none()
    | st.sampled_from(["1", "true", "null", "[]", '"quoted"', "NaN", "\x00", "\U0010ffff", "x" * 20_000])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
attribute_sets = st.dictionaries(keys, values, max_size=8)


def to_protobuf(value):
    match value:
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case str():
            return AnyValue(string_value=value)
        case bytes():
            return AnyValue(bytes_value=value)
        case list():
            return AnyValue(array_value=ArrayValue(values=map(to_protobuf, value)))
        case dict():
            return AnyValue(kvlist_value=KeyValueList(values=to_pairs(value)))
    return AnyValue()


def to_pairs(attributes):
    return [KeyValue(key=key, value=to_protobuf(value)) for key, value in attributes.items()]


def to_json(value):
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value if math.isfinite(value) else special(value)}
        case str():
            return {"stringValue": value}
        case bytes():
            return {"bytesValue": base64.b64encode(value).decode()}
        case list():
            return {"arrayValue": {"values": [to_json(element) for element in value]}}
        case dict():
            return {"kvlistValue": {"values": to_json_pairs(value)}}
    return {}


def to_json_pairs(attributes):
    return [{"key": key, "value": to_json(value)} for key, value in attributes.items()]


def special(number):
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def as_in_json(value):
    """What a JSON reader must find where `value` was put inside an array, a list or an event."""
    match value:
        case float() if not math.isfinite(value):
            return special(value)
        case bytes():
            return base64.b64encode(value).decode()
        case list():
            return [as_in_json(element) for element in value]
        case dict():
            return {key: as_in_json(element) for key, element in value.items()}
    return value


def assert_kept(text, value):
    expected = as_in_json(value)
    if expected is None or isinstance(expected, str):
        assert text == expected
    else:
        found = json.loads(text)
        assert (type(found), found) == (type(expected), expected)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(attributes=attribute_sets)
def test_any_attributes_are_kept_exactly_and_alike_from_protobuf_and_json(http_port, warehouse, attributes):
    before = warehouse.landing.committed_seq
    event = {"name": "happened", "timeUnixNano": "5", "attributes": to_json_pairs(attributes)}
    span = make_span(attributes={key: to_protobuf(value) for key, value in attributes.items()})
    span.events.add(name="happened", time_unix_nano=5, attributes=to_pairs(attributes))
    json_span = {
        "traceId": span.trace_id.hex().upper(),
        "spanId": span.span_id.hex(),
        "name": span.name,
        "attributes": to_json_pairs(attributes),
        "events": [event],
    }
    tree = {"resourceSpans": [{"scopeSpans": [{"spans": [json_span]}]}]}

    assert send(http_port, "/v1/traces", trace_request(span).SerializeToString()).body == b""
    assert send(http_port, "/v1/traces", json.dumps(tree).encode(), JSON).body == b"{}"

    with warehouse.cursor() as cursor:
        query = "select trace_id, attributes, events from landing.raw.spans where ingest_seq > ?"
        from_protobuf, from_json = cursor.execute(f"{query} order by ingest_seq", [before]).fetchall()
    assert from_protobuf == from_json
    _, stored, events = from_protobuf
    assert list(stored) == list(attributes)
    for key, value in attributes.items():
        assert_kept(stored[key], value)
    assert json.loads(events)[0]["attributes"] == as_in_json(attributes)


def test_the_last_of_two_attributes_of_one_name_wins(http_port, stored):
    span = make_span()
    span.attributes.extend(to_pairs({"a": 1}) + to_pairs({"b": 2}) + to_pairs({"a": "last"}))

    send(http_port, "/v1/traces", trace_request(span).SerializeToString())

    assert stored()[0]["attributes"] == {"a": "last", "b": "2"}


def test_a_span_may_have_ten_thousand_attributes(http_port, stored):
    attributes = {f"key {number}": number for number in range(10_000)}
    span = make_span(attributes={key: to_protobuf(value) for key, value in attributes.items()})

    send(http_port, "/v1/traces", trace_request(make_span(2), span).SerializeToString())

    plain, wide = sorted(stored(), key=lambda row: len(row["attributes"]))
    assert plain["attributes"] == {}
    assert wide["attributes"] == {key: str(value) for key, value in attributes.items()}


def test_times_keep_every_nanosecond_up_to_the_end_of_uint64(http_port, stored):
    span = make_span(start_time_unix_nano=2**64 - 1, end_time_unix_nano=1)

    send(http_port, "/v1/traces", trace_request(span).SerializeToString())

    [row] = stored()
    assert (row["start_time_unix_nano"], row["end_time_unix_nano"]) == (2**64 - 1, 1)


def test_half_a_surrogate_pair_becomes_the_replacement_character(http_port, stored):
    pair = {"key": "half", "value": {"stringValue": "a\ud83d!\U0001f600"}}
    span = {"traceId": "01" * 16, "spanId": "02" * 8, "name": "\udc00", "attributes": [pair]}
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()

    assert send(http_port, "/v1/traces", body, JSON).body == b"{}"

    [row] = stored()
    assert (row["name"], row["attributes"]) == ("�", {"half": "a�!\U0001f600"})
