"""Attributes read from the wire are those that the decoder of single values gives, whatever they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList

from spanmart.collector.otlp.attributes import attribute_texts
from spanmart.collector.otlp.wire_attributes import map_column

texts = st.text(st.characters(exclude_categories=["Cs"]))
scalars = st.one_of(
    st.builds(AnyValue),
    st.builds(AnyValue, string_value=texts),
    st.builds(AnyValue, int_value=st.integers(-(2**63), 2**63 - 1)),
    st.builds(AnyValue, bool_value=st.booleans()),
    st.builds(AnyValue, double_value=st.floats()),
    st.builds(AnyValue, bytes_value=st.binary()),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.builds(AnyValue, array_value=st.builds(ArrayValue, values=st.lists(inner, max_size=3))),
        st.builds(
            AnyValue,
            kvlist_value=st.builds(
                KeyValueList, values=st.lists(st.builds(KeyValue, key=texts, value=inner), max_size=3)
            ),
        ),
    ),
    max_leaves=5,
)
keys = st.one_of(texts, st.sampled_from(["a", "gen_ai.operation.name"]), st.just("k" * 200))
pairs = st.one_of(st.builds(KeyValue, key=keys, value=values), st.builds(KeyValue, key=keys))


def read(rows):
    column = map_column(
        [pair.SerializeToString() for row in rows for pair in row], [len(row) for row in rows]
    )
    column.validate(full=True)
    return [dict(row) for row in column.to_pylist()]


@given(st.lists(st.lists(pairs, max_size=6), max_size=5))
def test_any_attributes_of_any_rows(rows):
    assert read(rows) == [attribute_texts(row) for row in rows]


@pytest.mark.parametrize("length", [0, 1, 11, 12, 13, 125, 126, 127, 128, 16_381, 16_384, 2**21, 2**21 + 9])
@pytest.mark.parametrize("letter", ["x", "é"])
def test_texts_of_any_length(length, letter):
    text = letter * length
    row = [
        KeyValue(key="k", value=AnyValue(string_value=text)),
        KeyValue(key="n", value=AnyValue(int_value=5)),
    ]

    assert read([row]) == [{"k": text, "n": "5"}]


def test_fields_in_the_other_order_and_fields_that_are_not_known():
    key, value = (
        KeyValue(key="a").SerializeToString(),
        KeyValue(value=AnyValue(string_value="b")).SerializeToString(),
    )
    unknown = b"\x98\x06\x01"

    column = map_column([value + key, key + value + unknown, key + unknown + value], [1, 1, 1])

    assert column.to_pylist() == [[("a", "b")]] * 3


def test_no_rows():
    assert read([]) == []
    assert read([[], []]) == [{}, {}]
