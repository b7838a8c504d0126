"""Rows of one request, gathered in Python and turned into Arrow columns at once."""

from collections.abc import Mapping

import pyarrow as pa

from spanmart.collector.refusal import Refusal
from spanmart.warehouse.batch import ATTRIBUTES

# A resource stands once in a request and beside each of its rows in the warehouse.
MAX_REPEATED_BYTES = 256 * 1024 * 1024


class AttributesColumn:
    """A MAP column, built from flat keys and values."""

    def __init__(self) -> None:
        self._ends = [0]
        self._keys: list[str] = []
        self._values: list[str | None] = []

    def append(self, attributes: Mapping[str, str | None]) -> None:
        """Add the attributes of the next row."""
        self._keys += attributes
        self._values += attributes.values()
        self._ends.append(len(self._keys))

    def array(self) -> pa.Array:
        """The column so far."""
        return pa.MapArray.from_arrays(
            pa.array(self._ends, pa.int32()),
            pa.array(self._keys, pa.string()),
            pa.array(self._values, pa.string()),
            type=ATTRIBUTES,
        )


class ResourceColumn:
    """A MAP column in which runs of rows share their attributes."""

    def __init__(self) -> None:
        self._resources = AttributesColumn()
        self._resource_of_row: list[int] = []
        self._count = 0
        self._repeated_bytes = 0

    def append(self, attributes: Mapping[str, str | None]) -> None:
        """Add a resource; `cover` then says how many rows have it."""
        self._resources.append(attributes)
        self._count += 1

    def cover(self, rows: int, size: int) -> None:
        """Give the newest resource to the next `rows` rows; `size` bytes are repeated for each.

        Raises Refusal where a small request would unfold into an enormous table.
        """
        self._repeated_bytes += rows * size
        if self._repeated_bytes > MAX_REPEATED_BYTES:
            raise Refusal.too_large(
                f"The resource and scope of {size} bytes, stored with each of {rows} rows, exceed "
                f"{MAX_REPEATED_BYTES} bytes. Send fewer rows a request, or smaller resource attributes."
            )
        self._resource_of_row += [self._count - 1] * rows

    def array(self) -> pa.Array:
        """The column so far, one entry a row."""
        return self._resources.array().take(pa.array(self._resource_of_row, pa.int32()))


def table_of(rows: list[tuple[object, ...]], schema: pa.Schema, ready: Mapping[str, pa.Array]) -> pa.Table:
    """A table with `schema`: the columns in `ready` as they are, the others from `rows`, in their order."""
    plain = iter(zip(*rows, strict=True)) if rows else iter([()] * (len(schema) - len(ready)))
    arrays = [
        ready[field.name] if field.name in ready else pa.array(next(plain), field.type) for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)
