"""Attribute values as the text that the warehouse keeps, exact for every type that OTLP has.

A string is kept verbatim. Anything else is kept as JSON text, except that what JSON could only write as a
string (bytes in base64, NaN, Infinity) stands alone without quotes. An empty value is null. OTLP forbids
two attributes of one name and leaves receivers free; the last one wins.
"""

import base64
import json
import math
from collections.abc import Callable, Iterable

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

# Compact JSON in which every character but control characters is itself.
json_text = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def attribute_texts(attributes: Iterable[KeyValue]) -> dict[str, str | None]:
    """Attributes by name, their values as text."""
    # Nearly all values are non-empty strings, and this line runs for each of them.
    return {pair.key: pair.value.string_value or value_text(pair.value) for pair in attributes}


def value_text(value: AnyValue) -> str | None:
    """One value as text."""
    kind = value.WhichOneof("value")
    if kind == "int_value":
        return str(value.int_value)
    native = native_value(value)
    return native if native is None or isinstance(native, str) else json_text(native)


def double_text(number: float) -> str:
    """A double as text: the shortest that reads back as the same number."""
    return repr(number) if math.isfinite(number) else str(_finite_or_name(number))


def native_values(attributes: Iterable[KeyValue]) -> dict[str, object]:
    """Attributes by name, their values as `json_text` takes them."""
    return {pair.key: native_value(pair.value) for pair in attributes}


def native_value(value: AnyValue) -> object:
    """One value as Python has it, and as JSON can hold it."""
    kind = value.WhichOneof("value")
    return _NATIVE[kind](value) if kind in _NATIVE else None


def _finite_or_name(number: float) -> float | str:
    if math.isfinite(number):
        return number
    if math.isnan(number):
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"


_NATIVE: dict[str, Callable[[AnyValue], object]] = {
    "string_value": lambda value: value.string_value,
    "int_value": lambda value: value.int_value,
    "bool_value": lambda value: value.bool_value,
    "double_value": lambda value: _finite_or_name(value.double_value),
    "array_value": lambda value: [native_value(element) for element in value.array_value.values],
    "kvlist_value": lambda value: native_values(value.kvlist_value.values),
    "bytes_value": lambda value: base64.b64encode(value.bytes_value).decode("ascii"),
}
