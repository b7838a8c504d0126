"""Taking the texts out of what a span or an event carries, so that all else about the call can still be told.

No list of keys can name the texts of every instrumentation there will be, so keys are read by their words:
one that speaks of content loses its value, unless its last word says that the value is a fact. Counts, ids,
names of models and the sentences of errors stay.
"""

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

REMOVED = "[removed]"
# A longer value is a text, whatever its key says.
LONGEST_FACT = 256
LONGEST_ERROR = 2_000
# What is nested deeper is a text, as it is for the marts.
DEEPEST_JSON = 64

# As the APIs make them, of a response or a message.
_API_ID = re.compile(r"[a-z]{2,10}[-_][A-Za-z0-9_-]{1,64}")
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


@lru_cache(maxsize=10_000)
def _words(key: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORD.findall(key))


CONTENT = frozenset(
    _words(
        "message messages prompt prompts completion completions content contents text texts input inputs "
        "output outputs request response body instruction instructions comment explanation refusal data "
        "definition definitions document documents query statement stacktrace preview transcript thinking "
        "value values result results"
    )
)
# What the app itself made: there a word for a fact may stand beside a person's name.
OF_THE_APP = frozenset(_words("variable variables argument arguments args structured"))
FACTS = frozenset(
    _words(
        "name version role id model type kind format reason reasons status code tier hash modality timestamp "
        "created index state label level method provider operation tokens valid user time"
    )
)
# Within a JSON value fewer are sure, and none has spaces.
FACTS_IN_JSON = frozenset(_words("role type reason reasons model status tier object"))
# Numbers that are facts, whatever they count or judge.
COUNTS = frozenset(_words("token tokens usage count score scores cost costs"))
ERRORS = frozenset(_words("exception error"))
NAMES_OF_VARIABLES = frozenset(
    f"spanmart.prompt.{which}_variables" for which in ("required", "missing", "invalid")
)


def remove_texts(attributes: Iterable[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    """Attributes as the ledger has them (strings verbatim, the rest as JSON text), without the texts."""
    return [(key, value and remove_text(key, value)) for key, value in attributes]


def events_without_texts(events: str) -> str:
    """A span's events, a JSON list, each with its name and time, and its attributes without texts."""
    parsed = _parse(events)
    if not isinstance(parsed, list):
        return "[]"
    return _json([{**event, "attributes": _empty_object((), event["attributes"])} for event in parsed])


def remove_text(key: str, value: str) -> str:
    """The value of one attribute: itself where it is a fact, else emptied."""
    if key in NAMES_OF_VARIABLES:
        return value
    words = _words(key)
    parsed = _parse(value)
    if isinstance(parsed, dict | list):
        return _json(_empty(words, parsed, FACTS_IN_JSON))
    if isinstance(parsed, bool | None):
        return value
    if isinstance(parsed, int | float):
        return value if _is_number_kept(words) else REMOVED
    return value if _is_kept(words, value, FACTS) else _mark(value)


def _json(emptied: Any) -> str:  # noqa: ANN401
    """As JSON; half a surrogate pair, which no file can hold, as U+FFFD."""
    return _HALF_A_PAIR.sub("\ufffd", json.dumps(emptied, ensure_ascii=False))


def _empty(words: tuple[str, ...], value: Any, facts: frozenset[str]) -> Any:  # noqa: ANN401
    match value:
        case dict() if OF_THE_APP & set(words):
            return {}
        case dict():
            return _empty_object(words, value, FACTS_IN_JSON)
        case list():
            return [_empty(words, child, facts) for child in value]
        case str():
            return value if _is_kept(words, value, facts) else _mark(value)
        case bool() | None:
            return value
        case _:
            return value if _is_number_kept(words) else 0


def _empty_object(
    words: tuple[str, ...], value: dict[str, Any], facts: frozenset[str] = FACTS
) -> dict[str, Any]:
    return {key: _empty((*words, *_words(key)), child, facts) for key, child in value.items()}


def _is_kept(words: tuple[str, ...], value: str, facts: frozenset[str]) -> bool:
    said = frozenset(words)
    if not value.strip():
        return True
    if said & ERRORS and "stacktrace" not in said:
        return len(value) <= LONGEST_ERROR
    if len(value) > LONGEST_FACT or said & OF_THE_APP:
        return False
    if not said & CONTENT or (words[-1:] == ("id",) and _API_ID.fullmatch(value)):
        return True
    return bool(facts & set(words[-1:])) and not (facts is FACTS_IN_JSON and " " in value)


def _is_number_kept(words: tuple[str, ...]) -> bool:
    said = frozenset(words)
    return bool(said & COUNTS) or not (said & OF_THE_APP or CONTENT & set(words[-1:]))


def _mark(value: str) -> str:
    """What stands in a text's place; JSON stays JSON, for whether an answer was valid is a fact."""
    match _parse(value):
        case dict():
            return "{}"
        case list():
            return "[]"
    return REMOVED


def _parse(value: str) -> Any:  # noqa: ANN401
    """The value of JSON text; the text itself where it is none, or nested too deep."""
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return parsed if _is_shallow(parsed) else value


def _is_shallow(parsed: Any) -> bool:  # noqa: ANN401
    level = [parsed]
    for _ in range(DEEPEST_JSON + 1):
        level = [child for value in level for child in _children(value)]
        if not level:
            return True
    return False


def _children(value: Any) -> Iterable[Any]:  # noqa: ANN401
    match value:
        case dict():
            return value.values()
        case list():
            return value
    return ()
