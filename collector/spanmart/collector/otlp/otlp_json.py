"""OTLP's own JSON encoding, which is not protobuf's.

Ids are hexadecimal in any case, enums are integers, only lowerCamelCase names count, and unknown ones are
ignored. protobuf's `json_format` reads ids as base64 and takes enum names, so requests are read here;
the answers have neither and are written by it.
"""

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING, Any, cast

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message

from spanmart.collector.otlp.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

# As deep as protobuf's own parser goes.
MAX_DEPTH = 100
HEX_IDS = {"trace_id", "span_id", "parent_span_id"}
# Not a valid id's length: a row with such an id is judged like one that came so in protobuf.
NOT_HEX = b"\x00"
# One of these that is malformed is rejected alone; the rows beside it are stored.
ROWS = {
    "opentelemetry.proto.trace.v1.Span": "span",
    "opentelemetry.proto.logs.v1.LogRecord": "log record",
}
INTEGER = re.compile(r"[+-]?\d+\Z", re.ASCII)
INTEGER_TYPES = {
    FieldDescriptor.CPPTYPE_INT32,
    FieldDescriptor.CPPTYPE_INT64,
    FieldDescriptor.CPPTYPE_UINT32,
    FieldDescriptor.CPPTYPE_UINT64,
    FieldDescriptor.CPPTYPE_ENUM,
}
SPECIAL_DOUBLES = {"NaN", "Infinity", "-Infinity"}


class Malformed(Exception):
    """A value is not what its field holds."""


def parse_json(request_type: type[Message], body: bytes, rejections: list[str]) -> Message:
    """The request in a JSON body; for each malformed row a reason is added to `rejections`.

    Raises Refusal where the body as a whole is not OTLP/JSON.
    """
    try:
        tree = json.loads(body)
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        raise Refusal.bad_data("body", f"is not valid JSON: {error}") from error
    request = request_type()
    try:
        _Reader(rejections).fill(request, tree, "body", 1)
    except Malformed as error:
        place, _, description = str(error).partition(": ")
        raise Refusal.bad_data(place, description) from error
    return request


def to_json(message: Message) -> bytes:
    """A response or a status in JSON."""
    return MessageToJson(message, indent=None, ensure_ascii=False).encode()


class _Reader:
    def __init__(self, rejections: list[str]) -> None:
        self._rejections = rejections

    def fill(self, message: Message, tree: object, place: str, depth: int) -> None:
        """Set the fields of `message` from a JSON object."""
        if depth > MAX_DEPTH:
            raise _too_deep()
        if not isinstance(tree, dict):
            raise Malformed(f"{place}: must be an object, not {_shorten(tree)}")
        fields = _fields(message)
        for name, value in tree.items():
            field = fields.get(name)
            if field is None or value is None:
                continue
            if field.is_repeated:
                self._extend(message, field, value, f"{place}.{name}", depth)
            elif field.message_type:
                child = getattr(message, field.name)
                child.SetInParent()
                self.fill(child, value, f"{place}.{name}", depth + 1)
            else:
                _set_scalar(message, field, value, f"{place}.{name}")

    def _extend(
        self, message: Message, field: FieldDescriptor, value: object, place: str, depth: int
    ) -> None:
        if not isinstance(value, list):
            raise Malformed(f"{place}: must be an array, not {_shorten(value)}")
        elements = getattr(message, field.name)
        row = ROWS.get(field.message_type.full_name) if field.message_type else None
        for position, element in enumerate(value):
            where = f"{place}[{position}]"
            if not field.message_type:
                elements.append(_scalar(field, element, where))
            elif row:
                self._add_row(elements, element, row, where, depth)
            else:
                self.fill(elements.add(), element, where, depth + 1)

    def _add_row(self, rows: Any, element: object, row: str, place: str, depth: int) -> None:  # noqa: ANN401
        try:
            self.fill(rows.add(), element, place, depth + 1)
        except Malformed as error:
            del rows[-1]
            self._rejections.append(f"{row} {error}")


_FIELDS: dict[str, dict[str, FieldDescriptor]] = {}


def _fields(message: Message) -> dict[str, FieldDescriptor]:
    """A message's fields by their lowerCamelCase names."""
    descriptor = message.DESCRIPTOR
    known = _FIELDS.get(descriptor.full_name)
    if known is None:
        fields = cast("Sequence[FieldDescriptor]", descriptor.fields)
        known = _FIELDS[descriptor.full_name] = {field.json_name: field for field in fields}
    return known


def _set_scalar(message: Message, field: FieldDescriptor, value: object, place: str) -> None:
    try:
        setattr(message, field.name, _scalar(field, value, place))
    except (ValueError, TypeError) as error:
        raise Malformed(f"{place}: {_shorten(value)} is out of range") from error


def _scalar(field: FieldDescriptor, value: object, place: str) -> object:
    if field.cpp_type in INTEGER_TYPES:
        return _integer(value, place)
    if field.cpp_type in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT):
        return _double(value, place)
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        if isinstance(value, bool):
            return value
        raise Malformed(f"{place}: must be true or false, not {_shorten(value)}")
    if not isinstance(value, str):
        raise Malformed(f"{place}: must be a string, not {_shorten(value)}")
    if field.type == FieldDescriptor.TYPE_STRING:
        return _replace_lone_surrogates(value)
    return _id(value) if field.name in HEX_IDS else _base64(value, place)


def _integer(value: object, place: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and INTEGER.match(value):
        return int(value)
    raise Malformed(f"{place}: must be an integer, not {_shorten(value)}")


def _double(value: object, place: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        if value in SPECIAL_DOUBLES:
            return float(value)
        try:
            return float(json.loads(value))
        except (ValueError, TypeError):
            pass
    raise Malformed(f"{place}: must be a number, not {_shorten(value)}")


def _id(value: str) -> bytes:
    try:
        return bytes.fromhex(value)
    except ValueError:
        return NOT_HEX


def _base64(value: str, place: str) -> bytes:
    standard = value.replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed(f"{place}: must be base64, not {_shorten(value)}") from error


def _replace_lone_surrogates(text: str) -> str:
    """JSON can escape half of a surrogate pair, which is no character and has no UTF-8 form."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _shorten(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:60]}..."


def _too_deep() -> Refusal:
    return Refusal.bad_data("body", f"is nested deeper than {MAX_DEPTH} messages")
