"""The one reader of JSON text: what it takes, what it mends, what it leaves."""

import json
from collections.abc import Callable

import duckdb
import jinja2
import pytest

from spanmart.warehouse.dbt.paths import dbt_project_dir

Read = Callable[[str, str], object]


@pytest.fixture(scope="module")
def read() -> Read:
    """The value of a macro of `json.sql` over a text."""
    source = (dbt_project_dir() / "macros" / "parsing" / "json.sql").read_text()
    macros = jinja2.Environment(autoescape=False).from_string(source).module
    connection = duckdb.connect()

    def read(macro: str, text: str) -> object:
        value = getattr(macros, macro)("text")
        [found] = connection.execute(f"select {value} from (select ? as text)", [text]).fetchone() or ()
        return found

    return read


def nested(levels: int, within: str = "1") -> str:
    return '{"a":' * levels + within + "}" * levels


SOUND = [
    "1",
    "true",
    '"a"',
    "[]",
    '{"a":"NaN, Infinity], 1e999,] "}',
    r'["\ud83e\udd14 \\ud83e"]',
    "[1e5, 1e-300, 1.5E+07]",
    '{"a": 1, "a": 2}',
    '["' + "[" * 100 + '"]',
    "[" + "[1]," * 5_000 + "[2]]",
    nested(64),
]


@pytest.mark.parametrize("text", SOUND)
def test_what_everybody_reads_is_as_it_was(read: Read, text: str) -> None:
    assert read("json_of", text) == text


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("NaN", '"NaN"'),
        ('[nan, {"a":-Infinity}]', '["nan",{"a":"-Infinity"}]'),
        ("[1e999,2]", '["1e999",2]'),
        ("[-1.5e+400]", '["-1.5e+400"]'),
        ("[" + "9" * 5_000 + "]", '["' + "9" * 5_000 + '"]'),
        (r'["\ud83e"]', '["�"]'),
        (r'["\\\ud83e\ud83e\udd14\udd14"]', r'["\\�🤔�"]'),
        (r'["a\u0000"]', '["a�"]'),
        (r'["\ud83e",NaN,1,]', '["�","NaN",1]'),
        ('{"a":[1,],}', '{"a":[1]}'),
        ('{"a":"NaN 1e999 \\"","b":NaN}', '{"a":"NaN 1e999 \\"","b":"NaN"}'),
    ],
)
def test_what_others_do_not_read_is_mended(read: Read, text: str, mended: str) -> None:
    found = read("json_of", text)
    assert isinstance(found, str)
    assert found == mended or json.loads(found) == json.loads(mended)
    json.loads(found, parse_constant=pytest.fail)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello",
        "[1",
        '{"a": "b',
        '["a\x01"]',
        r"\ud83e",
        nested(65),
        nested(65, r'"\ud83e"'),
        nested(65, "NaN"),
        "[" * 65 + "[1]," * 100 + "1" + "]" * 65,
        nested(200_000),
        "[" * 200_000 + "]" * 200_000,
    ],
)
def test_the_rest_is_null(read: Read, text: str) -> None:
    assert read("json_of", text) is None


def test_of_two_keys_of_one_name_the_first_counts(read: Read) -> None:
    assert read("json_map_of", '{"a": 1, "b": [2], "a": 3}') == {"a": "1", "b": "[2]"}
    assert read("json_map_of", '{"a/b": 1, "~": 2, "": 3, "": 4}') == {"a/b": "1", "~": "2", "": "3"}
    assert read("json_map_of", "[1]") is None
    assert read("json_map_of", nested(65)) is None
