"""Requests in which some rows are not valid protobuf, such as a string that is no UTF-8.

protobuf's parser gives up a whole message for one bad row. Here the request is taken apart on the wire, so
that only the bad rows are lost.
"""

import contextlib
from collections.abc import Iterator
from enum import IntEnum

from google.protobuf.message import DecodeError, Message

from spanmart.collector.otlp.undecoded import RESOURCES, ROWS, SCOPES


class Wire(IntEnum):
    """Wire types of protobuf."""

    VARINT = 0
    FIXED64 = 1
    LENGTH_DELIMITED = 2
    FIXED32 = 5


def parse_apart(request_type: type[Message], body: bytes, row: str, rejections: list[str]) -> Message:
    """The request without its malformed rows, for each of which a reason is added to `rejections`.

    Raises DecodeError where more than rows is malformed, or no row is left.
    """
    request = request_type()
    kept = 0
    [resources_field] = request.DESCRIPTOR.fields
    for resource_body in _children(body, RESOURCES)[0]:
        resource = getattr(request, resources_field.name).add()
        scope_bodies, rest = _children(resource_body, SCOPES)
        resource.MergeFromString(rest)
        scopes = getattr(resource, resource.DESCRIPTOR.fields_by_number[SCOPES].name)
        for scope_body in scope_bodies:
            kept += _add_rows(scopes.add(), scope_body, row, rejections)
    if not kept:
        raise DecodeError("no row is left")
    if not rejections:
        raise DecodeError("the rows are well-formed, what is around them is not")
    return request


def _add_rows(scope: Message, body: bytes, row: str, rejections: list[str]) -> int:
    row_bodies, rest = _children(body, ROWS)
    scope.MergeFromString(rest)
    rows = getattr(scope, scope.DESCRIPTOR.fields_by_number[ROWS].name)
    for position, row_body in enumerate(row_bodies):
        try:
            rows.add().MergeFromString(row_body)
        except DecodeError:
            del rows[-1]
            rejections.append(f"{row} {position} of its scope: is not valid protobuf or UTF-8")
    return len(rows)


def has_more_rows(body: bytes, most: int) -> bool:
    """Whether a request has more than `most` rows, told from the wire before anything is made of it.

    Of a malformed body the rows before the fault count.
    """
    rows = 0
    with contextlib.suppress(DecodeError):
        for resource in _contents(body, RESOURCES):
            for scope in _contents(resource, SCOPES):
                for _ in _contents(scope, ROWS):
                    rows += 1
                    if rows > most:
                        return True
    return False


def _contents(body: bytes, number: int) -> Iterator[bytes]:
    for field, _, content, end in _fields(body):
        if field == (number << 3 | Wire.LENGTH_DELIMITED):
            yield body[content:end]


def _children(body: bytes, number: int) -> tuple[list[bytes], bytes]:
    """The messages in field `number`, and the body without them."""
    children: list[bytes] = []
    rest: list[bytes] = []
    for field, start, content, end in _fields(body):
        if field == (number << 3 | Wire.LENGTH_DELIMITED):
            children.append(body[content:end])
        else:
            rest.append(body[start:end])
    return children, b"".join(rest)


def _fields(body: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Tag, start of the tag, start of the content and end of each field."""
    position = 0
    while position < len(body):
        start = position
        tag, position = _varint(body, position)
        content = position
        match tag & 7:
            case Wire.VARINT:
                _, position = _varint(body, position)
            case Wire.FIXED64:
                position += 8
            case Wire.LENGTH_DELIMITED:
                length, content = _varint(body, position)
                position = content + length
            case Wire.FIXED32:
                position += 4
            case _:
                raise DecodeError("unknown wire type")
        if position > len(body):
            raise DecodeError("a field ends beyond the body")
        yield tag, start, content, position


def _varint(body: bytes, position: int) -> tuple[int, int]:
    number = shift = 0
    while position < len(body) and shift < 70:
        byte = body[position]
        position += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, position
        shift += 7
    raise DecodeError("a number does not end")
