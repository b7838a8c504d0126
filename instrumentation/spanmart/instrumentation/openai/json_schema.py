"""Whether the JSON that came is the JSON that was asked for.

Of JSON Schema this knows what OpenAI's structured outputs know, less patterns and formats of text. A keyword
that it does not know objects to nothing, so that JSON is never called invalid without reason. A library for
all of JSON Schema would bring compiled code into every application, to find out what strict mode rules out.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from spanmart.instrumentation import semconv
from spanmart.instrumentation.openai.endpoints.endpoint import Answer

_TYPES: Final[dict[str, Callable[[Any], bool]]] = {
    "string": lambda value: isinstance(value, str),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "integer": lambda value: (isinstance(value, int) and not isinstance(value, bool)) or _is_whole(value),
}
_BOUNDS: Final[tuple[tuple[str, str, Callable[[Any, Any], bool], str], ...]] = (
    ("minLength", "string", lambda value, bound: len(value) >= bound, "is too short"),
    ("maxLength", "string", lambda value, bound: len(value) <= bound, "is too long"),
    ("minItems", "array", lambda value, bound: len(value) >= bound, "has too few items"),
    ("maxItems", "array", lambda value, bound: len(value) <= bound, "has too many items"),
    ("minimum", "number", lambda value, bound: value >= bound, "is too small"),
    ("maximum", "number", lambda value, bound: value <= bound, "is too large"),
    ("exclusiveMinimum", "number", lambda value, bound: value > bound, "is too small"),
    ("exclusiveMaximum", "number", lambda value, bound: value < bound, "is too large"),
)
_MOST_STEPS: Final = 10_000


@dataclass(frozen=True, slots=True)
class JsonRequest:
    """A request for JSON, of a schema if it gave one."""

    schema: object = None

    def attributes(self, answer: Answer) -> dict[str, object]:
        """What is said of an answer: the JSON, if it is any, whether it is valid, and else what is wrong."""
        try:
            value = json.loads(answer.text or "")
        except (ValueError, RecursionError):
            return {
                semconv.RESPONSE_STRUCTURED_OUTPUT_VALID: False,
                semconv.RESPONSE_STRUCTURED_OUTPUT_ERROR: "is no JSON",
            }
        wrong = None if answer.parsed else objection(value, self.schema)
        return {
            semconv.RESPONSE_STRUCTURED_OUTPUT: answer.text,
            semconv.RESPONSE_STRUCTURED_OUTPUT_VALID: wrong is None,
            semconv.RESPONSE_STRUCTURED_OUTPUT_ERROR: wrong,
        }


def objection(value: object, schema: object) -> str | None:
    """The first thing that `schema` has against `value`, with its place and without its words."""
    try:
        return next(_Check(schema).objections(value, schema, "$"), None)
    except Exception:  # the schema is none, or has no end
        return None


class _Check:
    """One value against one schema, in no more than `_MOST_STEPS`: a schema may refer to itself."""

    def __init__(self, root: object) -> None:
        self._root = root
        self._steps = 0

    def objections(self, value: Any, schema: Any, place: str) -> Iterator[str]:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise RecursionError
        if not isinstance(schema, Mapping):
            return
        yield from (f"{place} {wrong}" for wrong in _own_objections(value, schema))
        if isinstance(schema.get("$ref"), str):
            yield from self.objections(value, _resolve_reference(self._root, schema["$ref"]), place)
        for part in schema.get("allOf", ()):
            yield from self.objections(value, part, place)
        choices = schema.get("anyOf") or schema.get("oneOf") or ()
        if choices and all(any(self.objections(value, choice, place)) for choice in choices):
            yield f"{place} is none of what is allowed"
        yield from self._inner_objections(value, schema, place)

    def _inner_objections(self, value: Any, schema: Mapping[str, Any], place: str) -> Iterator[str]:
        if isinstance(value, list):
            for index, entry in enumerate(value):
                yield from self.objections(entry, schema.get("items"), f"{place}[{index}]")
        if isinstance(value, dict):
            for name, inner in (schema.get("properties") or {}).items():
                if name in value:
                    yield from self.objections(value[name], inner, f"{place}.{name}")


def _own_objections(value: Any, schema: Mapping[str, Any]) -> Iterator[str]:
    """What a schema says by itself, without other schemas."""
    kinds = schema.get("type")
    kinds = [kinds] if isinstance(kinds, str) else kinds or []
    if kinds and not any(_TYPES.get(kind, _allow_anything)(value) for kind in kinds):
        yield f"is not {' or '.join(kinds)}"
    if "enum" in schema and value not in schema["enum"]:
        yield "is not one of the allowed values"
    if "const" in schema and value != schema["const"]:
        yield "is not the allowed value"
    for keyword, kind, fits, wrong in _BOUNDS:
        if keyword in schema and _TYPES[kind](value) and not fits(value, schema[keyword]):
            yield wrong
    if isinstance(value, dict):
        yield from (f"lacks {name}" for name in schema.get("required", ()) if name not in value)
        if schema.get("additionalProperties") is False and set(value) - set(schema.get("properties", ())):
            yield "has something that is not allowed"


def _resolve_reference(root: Any, reference: str) -> Any:
    """What a reference inside of the schema points to; None for one that points elsewhere."""
    found = root if reference.startswith("#") else None
    for step in filter(None, reference.removeprefix("#").split("/")):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _is_whole(value: object) -> bool:
    return isinstance(value, float) and value.is_integer()


def _allow_anything(_: object) -> bool:
    return True
