"""A second reading of a request, in which attributes stay the bytes that they came as.

A Python object for each attribute costs more than all else that is done with a span.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

# Every signal has the same shape: a request of resources, each with scopes, each with rows.
RESOURCES, SCOPES, ROWS = 1, 2, 2


class AttributeReader:
    """Reads the attributes of each row in requests whose rows have them in field `number`."""

    def __init__(self, signal: str, number: int) -> None:
        file = FileDescriptorProto(name=f"{signal}.proto", package=signal, syntax="proto3")
        for message, field, position, child in (
            ("Request", "resources", RESOURCES, "Resource"),
            ("Resource", "scopes", SCOPES, "Scope"),
            ("Scope", "rows", ROWS, "Row"),
            ("Row", "attributes", number, None),
        ):
            file.message_type.add(name=message).field.add(
                name=field,
                number=position,
                label=FieldDescriptorProto.LABEL_REPEATED,
                type=FieldDescriptorProto.TYPE_MESSAGE if child else FieldDescriptorProto.TYPE_BYTES,
                type_name=f".{signal}.{child}" if child else None,
            )
        pool = DescriptorPool()
        pool.Add(file)
        self._request = GetMessageClass(pool.FindMessageTypeByName(f"{signal}.Request"))

    def rows(self, body: bytes) -> Iterator[Sequence[bytes]]:
        """The KeyValues of each row of a valid request, in their order."""
        request: Any = self._request.FromString(body)
        for resource in request.resources:
            for scope in resource.scopes:
                for row in scope.rows:
                    yield row.attributes
