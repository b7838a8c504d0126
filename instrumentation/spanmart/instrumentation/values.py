"""Any Python value as a span attribute or as JSON text that an exporter can always encode.

One value that cannot be encoded costs the whole batch it is exported in, so nothing gets past here that is
not UTF-8, a 64-bit integer, a float, a bool, or a sequence of one of these.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

Scalar: TypeAlias = str | bool | int | float
AttributeValue: TypeAlias = Scalar | Sequence[str]
Attributes: TypeAlias = dict[str, AttributeValue]

_INT64 = range(-(2**63), 2**63)
_DEEPEST = 60  # nesting that is still written out where the fast encoder has given up
_NO_FIELDS: Mapping[str, Any] = {}


def fields(value: object) -> Mapping[str, Any]:
    """The fields of a mapping or of one of the client's models; empty for anything else.

    A model keeps its fields in `__dict__`, and apart those that a newer server sends and it does not know.
    """
    if isinstance(value, dict):
        return value
    known = getattr(value, "__dict__", _NO_FIELDS)
    unknown = getattr(value, "__pydantic_extra__", None)
    return {**known, **unknown} if isinstance(unknown, dict) and unknown else known


def extra_fields(model: object) -> Mapping[str, Any]:
    """Fields that the server sent and the client's model does not know."""
    extra = getattr(model, "__pydantic_extra__", None)
    return extra if isinstance(extra, dict) else fields(model)


def entries(value: object) -> Sequence[Any]:
    """`value` if it is a list or tuple; an iterator is never touched, because it is the app's to consume."""
    return value if isinstance(value, (list, tuple)) else ()


def clean_text(text: str) -> str:
    """`text` as valid Unicode: surrogates that make a pair become its character, lone ones U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def json_text(value: object) -> str:
    """`value` as JSON text, always valid: what JSON has no form for is written as text."""
    try:
        return clean_text(_encode(value))
    except (TypeError, ValueError, RecursionError):
        return clean_text(_encode(_plain(value, ())))


def attribute_value(value: object) -> AttributeValue | None:
    """`value` as one attribute: scalars stay what they are, containers become JSON text; None for None."""
    if value is None:
        return None
    if isinstance(value, str):
        return clean_text(str.__str__(value))  # not the name of an enum's member
    if isinstance(value, (bool, float)):
        return value
    if isinstance(value, int):
        return int(value) if value in _INT64 else json_text(value)
    return json_text(value)


def variable_text(value: object) -> str:
    """`value` as it reads in a prompt: text as it is, None as nothing, anything else as JSON."""
    if value is None:
        return ""
    return clean_text(value) if isinstance(value, str) else json_text(value)


def clean_attributes(attributes: Mapping[str, object]) -> Attributes:
    """Attributes that any exporter can encode; None is left out."""
    cleaned: Attributes = {}
    for key, value in attributes.items():
        if type(value) is str:
            cleaned[key] = value if value.isascii() else clean_text(value)
        elif type(value) is int and value in _INT64:
            cleaned[key] = value
        elif isinstance(value, list) and all(isinstance(entry, str) for entry in value):
            cleaned[key] = [clean_text(entry) for entry in value]
        else:
            kept = attribute_value(value)
            if kept is not None:
                cleaned[key] = kept
    return cleaned


def _unknown(value: object) -> object:
    """What `json` cannot encode: a model by its fields, anything else by the name of its type."""
    if hasattr(type(value), "model_dump") or hasattr(type(value), "__fields__"):
        return dict(fields(value))
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if isinstance(value, (Mapping, set, frozenset)):
        return dict(value) if isinstance(value, Mapping) else sorted(map(str, value))
    if type(value).__module__ in {"datetime", "decimal", "uuid", "pathlib"}:
        return str(value)
    return f"<{type(value).__qualname__}>"


_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_unknown
).encode


def _plain(value: Any, inside: tuple[int, ...]) -> object:
    """`value` with everything that the fast encoder stumbles over replaced by text.

    `inside` holds the identities of the containers around it, so that a circle ends where it closes.
    """
    if id(value) in inside or len(inside) == _DEEPEST:
        return "<circular or nested too deeply>"
    within = (*inside, id(value))
    if isinstance(value, dict):
        return {_plain_key(key): _plain(entry, within) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry, within) for entry in value]
    if isinstance(value, float):
        return value if value - value == 0 else repr(value)
    if isinstance(value, int) and value not in _INT64:
        return hex(value)
    known = value is None or isinstance(value, (str, int))
    return value if known else _plain(_unknown(value), within)


def _plain_key(key: object) -> str:
    return key if isinstance(key, str) else f"{key}"
