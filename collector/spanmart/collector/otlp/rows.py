"""Rows of requests, gathered in Python and turned into Arrow columns many requests at a time."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Self

import pyarrow as pa

from spanmart.collector.otlp.refusal import Refusal
from spanmart.collector.otlp.wire_attributes import map_column
from spanmart.warehouse.storage.batch import ATTRIBUTES

# A resource stands once in a request and beside each of its rows in the warehouse.
MAX_REPEATED_BYTES = 256 * 1024 * 1024


# A row has a cost of its own, however small it is: a million empty ones would need gigabytes.
MAX_ROWS = 32_768


def too_many_rows() -> Refusal:
    """The refusal of a request with more rows than one may have."""
    return Refusal.too_large(f"The request has more than {MAX_ROWS} rows. Send smaller batches.")


class OtlpRows:
    """The rows of one request. A subclass for each raw table has its `schema`."""

    schema: pa.Schema

    def __init__(self) -> None:
        self._plain: list[tuple[object, ...]] = []
        self._attributes: list[bytes] = []
        self._attribute_counts: list[int] = []
        self._resources: list[Mapping[str, str | None]] = []
        self._rows_of_resource: list[int] = []
        self._repeated_bytes = 0

    @property
    def num_rows(self) -> int:
        """How many rows there are."""
        return len(self._plain)

    @property
    def nbytes(self) -> int:
        """Roughly the bytes that these rows will need as a table."""
        return sum(map(len, self._attributes)) + self._repeated_bytes

    def append(self, plain: tuple[object, ...], attributes: Sequence[bytes]) -> None:
        """Add a row: the columns that are neither attributes, in the schema's order, and its KeyValues.

        Raises Refusal where there are too many.
        """
        if len(self._plain) == MAX_ROWS:
            raise too_many_rows()
        self._plain.append(plain)
        before = len(self._attributes)
        self._attributes.extend(attributes)
        self._attribute_counts.append(len(self._attributes) - before)

    def close_resource(self, attributes: Mapping[str, str | None], size: int) -> None:
        """Give a resource to the rows since the one before; `size` bytes are repeated for each.

        Raises Refusal where a small request would unfold into an enormous table.
        """
        rows = self.num_rows - sum(self._rows_of_resource)
        self._resources.append(attributes)
        self._rows_of_resource.append(rows)
        self._repeated_bytes += rows * size
        if self._repeated_bytes > MAX_REPEATED_BYTES:
            raise Refusal.too_large(
                f"The resource and scope of {size} bytes, stored with each of {rows} rows, exceed "
                f"{MAX_REPEATED_BYTES} bytes. Send fewer rows a request, or smaller resource attributes."
            )

    @classmethod
    def table(cls, parts: Sequence[Self]) -> pa.Table:
        """One table of the rows of all `parts`, in their order."""
        attributes = list(chain.from_iterable(part._attributes for part in parts))
        counts = list(chain.from_iterable(part._attribute_counts for part in parts))
        ready = {
            "attributes": map_column(attributes, counts),
            "resource_attributes": _resource_column(
                list(chain.from_iterable(part._resources for part in parts)),
                list(chain.from_iterable(part._rows_of_resource for part in parts)),
            ),
        }
        plain = zip(*chain.from_iterable(part._plain for part in parts), strict=True)
        arrays = [
            ready[field.name] if field.name in ready else pa.array(next(plain), field.type)
            for field in cls.schema
        ]
        return pa.Table.from_arrays(arrays, names=cls.schema.names)


def _resource_column(resources: Sequence[Mapping[str, str | None]], rows: Sequence[int]) -> pa.Array:
    """A MAP for each row, kept once for all rows that share it."""
    entries = pa.array([list(resource.items()) for resource in resources], ATTRIBUTES)
    indices = [position for position, count in enumerate(rows) for _ in range(count)]
    return pa.DictionaryArray.from_arrays(pa.array(indices, pa.int32()), entries)
