"""JSON as it stands in the marts, read and written so that one odd value costs itself and nothing beside it.

DuckDB takes for JSON what others do not: NaN and infinities, numbers beyond any double, a comma before the
end, any depth. Here a number that no double can hold is null, and so is what lies too deep.
"""

import json
import math
import re
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

MOST_LEVELS = 100
# A row's own braces are no part of what its columns hold.
LEVELS_OF_RECORD = MOST_LEVELS + 1
# What is looked at closely: so many digits, for with an exponent no double may hold them, and values that
# end with so many levels.
MANY_DIGITS = 200
LONG_END = 32

# For RE2. It may find more than there is: what it finds is only looked at closely.
SUSPICIOUS = "|".join(
    (
        r"(?:^|[:\[,])\s*[-+]?(?i:nan|inf(?:inity)?)\s*(?:$|[,\]}])",
        # Not within a text: ids in hexadecimal are full of it.
        r"(?:^|[:\[,])\s*-?[0-9][0-9.]*[eE]\+?[0-9]{3}",
        rf"[0-9]{{{MANY_DIGITS}}}",
        r",\s*[\]}]",
        rf"(?:[\]}}]\s*){{{LONG_END}}}",
    )
)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}:,"]|[^\s\[\]{}:,"]+', re.DOTALL)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?(?:nan|inf(?:inity)?)", re.IGNORECASE)
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
# Two halves of a character, one alone, or anything else that is escaped.
_ESCAPED = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.",
    re.DOTALL,
)


def read(text: str) -> Any:  # noqa: ANN401 - JSON can be anything
    """What the text says. Raises ValueError for what is no JSON."""
    # DuckDB takes no half of a character for JSON, but in a text there may be JSON that has one.
    if _HALF.search(text):
        return json.loads(sound(text))
    [value] = _read_all([text], MOST_LEVELS)
    return value


def read_records(texts: Sequence[str]) -> list[Any]:
    """What rows say that are written as objects, a field for each column."""
    return _read_all(texts, LEVELS_OF_RECORD)


def pretty(value: object) -> str:
    """The value over several lines, or where it is too deep for that, on one."""
    try:
        return json.dumps(value, indent=2, ensure_ascii=False)
    except RecursionError:
        return json.dumps(value, ensure_ascii=False)


def sound(text: str, most_levels: int = MOST_LEVELS) -> str:
    """The text as others read it too, without what is too much for them. What is no JSON stays none."""
    found: list[str] = []
    level = 0
    for token in _TOKEN.findall(text):
        if token in ("[", "{"):
            level += 1
        if level <= most_levels:
            if token in ("]", "}") and found and found[-1] == ",":
                found.pop()
            found.append(_rewrite(token))
        elif level == most_levels + 1 and token in ("[", "{"):
            found.append("null")
        if token in ("]", "}"):
            level -= 1
    # Two values that only a space parts must not become one.
    return " ".join(found)


def sound_column(column: pa.ChunkedArray, most_levels: int = MOST_LEVELS) -> pa.ChunkedArray:
    """The column's texts, each as others read it too."""
    looked_at = suspicious(column)
    if not pc.any(looked_at).as_py():
        return column
    texts = [
        sound(text, most_levels) if is_suspicious else text
        for text, is_suspicious in zip(column.to_pylist(), looked_at.to_pylist(), strict=True)
    ]
    return pa.chunked_array([pa.array(texts, column.type)])


def suspicious(texts: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Whether each text may hold what not everybody can read; null where there is none."""
    return pc.match_substring_regex(texts, SUSPICIOUS)


def _read_all(texts: Sequence[str], most_levels: int) -> list[Any]:
    looked_at = suspicious(pa.array(texts, pa.large_utf8()))
    return [
        _read(text, most_levels, is_suspicious=each.as_py())
        for text, each in zip(texts, looked_at, strict=True)
    ]


def _read(text: str, most_levels: int, *, is_suspicious: bool) -> Any:  # noqa: ANN401
    if not is_suspicious:
        try:
            return json.loads(text)
        except RecursionError:
            pass
    return json.loads(sound(text, most_levels))


def _rewrite(token: str) -> str:
    if token[0] == '"':
        return _ESCAPED.sub(lambda found: r"\ufffd" if found["half"] else found[0], token)
    is_too_much = _NO_NUMBER.fullmatch(token) or (
        _NUMBER.fullmatch(token) and not math.isfinite(float(token))
    )
    return "null" if is_too_much else token
