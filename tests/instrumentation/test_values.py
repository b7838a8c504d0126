"""Any value becomes something that an exporter can encode and a reader can parse."""

import enum
import json
from typing import Any

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from spanmart.instrumentation.values import attribute_value, clean_attributes, clean_text, fields, json_text

any_text = st.text(st.characters(exclude_categories=[])) | st.just("\ud83d\ude00") | st.just("\udc80")
any_value = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | any_text
    | st.binary()
    | st.dates()
    | st.decimals(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(any_text | st.integers(), inner) | st.tuples(inner, inner)
    ),
    max_leaves=10,
)


@given(any_text)
def test_clean_text_is_utf_8_and_stays_what_it_was_if_it_could(text: str) -> None:
    cleaned = clean_text(text)
    cleaned.encode()
    if not any("\ud800" <= character <= "\udfff" for character in text):
        assert cleaned == text


def test_surrogates_that_make_a_pair_become_its_character() -> None:
    assert clean_text("a\ud83d\ude00b\ud83d") == "a\N{GRINNING FACE}b\ufffd"


@given(any_value)
def test_json_text_is_valid_json(value: Any) -> None:
    json.loads(json_text(value), parse_constant=pytest.fail)


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**63 - 1)
        | st.text(st.characters(exclude_categories=["Cs"])),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
        ),
        max_leaves=10,
    )
)
def test_json_text_keeps_what_json_can_hold(value: Any) -> None:
    assert json.loads(json_text(value)) == value


def test_a_circle_ends_where_it_closes() -> None:
    circle: dict[str, Any] = {"a": 1}
    circle["self"] = [circle]
    assert json.loads(json_text(circle)) == {"a": 1, "self": ["<circular or nested too deeply>"]}


def test_an_iterator_is_not_read() -> None:
    numbers = iter([1, 2, 3])
    json_text({"numbers": numbers})
    attribute_value(numbers)
    assert list(numbers) == [1, 2, 3]


@given(st.dictionaries(any_text, any_value))
def test_any_attributes_can_be_encoded_for_export(attributes: dict[str, Any]) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    keyed = {f"key.{number}": value for number, value in enumerate(attributes.values())}
    cleaned = clean_attributes(keyed)
    provider.get_tracer("t").start_span("s", attributes=cleaned).end()
    (span,) = exporter.get_finished_spans()
    assert (
        set(span.attributes or {})
        == set(cleaned)
        == {key for key, value in keyed.items() if value is not None}
    )
    encode_spans([span]).SerializeToString()


def test_fields_that_a_newer_server_sends_are_fields_too() -> None:
    """An old client keeps what its models do not know apart: `input_tokens_details` in openai 1.66."""

    class Usage(pydantic.BaseModel, extra="allow"):
        input_tokens: int

    usage = Usage.model_validate({"input_tokens": 12, "input_tokens_details": {"cached_tokens": 4}})
    assert dict(fields(usage)) == {"input_tokens": 12, "input_tokens_details": {"cached_tokens": 4}}


def test_a_member_of_an_enum_is_written_as_the_client_sends_it() -> None:
    Model = enum.Enum("Model", {"MINI": "gpt-4o-mini"}, type=str)
    assert clean_attributes({"model": Model.MINI, "named": [Model.MINI]}) == {
        "model": "gpt-4o-mini",
        "named": ["gpt-4o-mini"],
    }
    assert type(attribute_value(Model.MINI)) is str
    assert json_text([Model.MINI]) == '["gpt-4o-mini"]'
