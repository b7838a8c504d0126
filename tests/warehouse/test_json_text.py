"""JSON as it stands in the marts, read so that one odd value costs itself and nothing beside it."""

import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanmart.warehouse.queries.json_text import MOST_LEVELS, read, read_records, sound, sound_column

DEEP = 2000


def levels(value: Any) -> int:
    count = 0
    while isinstance(value, list) and value:
        value, count = value[0], count + 1
    return count


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": NaN, "b": [Infinity, -Infinity, 1]}', {"a": None, "b": [None, None, 1]}),
        ('{"a":nan,"b":-inf,"c":"nan, inf"}', {"a": None, "b": None, "c": "nan, inf"}),
        ("NaN", None),
        ('{"a":1e999,"b":-1E+999,"c":1e-999,"d":1e300}', {"a": None, "b": None, "c": 0, "d": 1e300}),
        (f'{{"a":{"9" * 5000},"b":{"9" * 308},"c":1}}', {"a": None, "b": int("9" * 308), "c": 1}),
        (f"[{'9' * 300}e99, {'9' * 199}e99]", [None, float("9" * 199 + "e99")]),
        ('{"a":[1,2,],"b":"[1,]"}', {"a": [1, 2], "b": "[1,]"}),
        (
            r'{"a":"half \ud83e","b":"\ud83e\udd16","c":"\\ud83e"}',
            {"a": "half \ufffd", "b": "🤖", "c": r"\ud83e"},
        ),
        ('{"a":1,"a":2}', {"a": 2}),
        (r'{"a":"}]}]]\" NaN, 1e999","b":NaN}', {"a": '}]}]]" NaN, 1e999', "b": None}),
    ],
)
def test_an_odd_value_costs_itself(text: str, value: Any) -> None:
    assert read(text) == value
    assert json.loads(sound(text), parse_constant=pytest.fail) == read(sound(text))


@pytest.mark.parametrize(
    "text",
    [
        "[" * DEEP + "]" * DEEP,
        "[" * DEEP + "1" + ",2]" * DEEP,
        '{"a":' * DEEP + "{}" + "}" * DEEP,
        '[{"a":' * DEEP + "1" + "}, 7]" * DEEP,
    ],
)
def test_what_lies_too_deep_is_cut(text: str) -> None:
    assert read_records([text, '{"a":1}'])[1] == {"a": 1}
    json.dumps(read(text), indent=1, allow_nan=False)
    json.loads(sound(text))
    assert levels(read("[" * DEEP + "]" * DEEP)) == MOST_LEVELS
    assert levels(read("[" * MOST_LEVELS + "1" + "]" * MOST_LEVELS)) == MOST_LEVELS


@pytest.mark.parametrize(
    "text",
    ["", "{", "prose, with [NaN", "[1, 2 3, NaN]", '[NaN, "open]', "[NaN, hello]", "[01, NaN]", "{NaN}"],
)
def test_what_is_no_json_stays_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_whatever_python_writes_is_read_but_for_what_json_cannot_say(value: Any) -> None:
    text = json.dumps(value)
    again = read(text)
    assert json.loads(json.dumps(again, allow_nan=False)) == again
    if all(odd not in text for odd in ("NaN", "Infinity", "\\ud")):
        assert again == value
        assert json.loads(sound(text)) == value


def test_a_column_keeps_what_is_sound_and_what_is_not_there() -> None:
    column = pa.chunked_array([['{"a": 1}', None], ['{"a": NaN}', "[1]"]])
    assert sound_column(column).to_pylist() == ['{"a": 1}', None, sound('{"a": null}'), "[1]"]
    assert sound_column(column.slice(0, 2)).to_pylist() == ['{"a": 1}', None]


def test_what_is_usual_is_not_looked_at_closely() -> None:
    usual = {"id": "0af7651916cd43dd8448eb211c80319c", "trace": "12e345678", "tokens": 12345, "cost": 1.5e-7}
    text = json.dumps(
        {**usual, "said": "NaN, or inf; see [1]. \\n\\n 5e300", "parts": [{"a": [[{}]]}], "emoji": "🤖"}
    )
    column = pa.chunked_array(
        [[text, json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)]]
    )
    assert sound_column(column) is column
