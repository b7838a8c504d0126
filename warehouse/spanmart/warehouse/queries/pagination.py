"""Keyset paging: a page begins after the last row of the page before, wherever that row is by now.

A cursor carries the sort and a digest of the filters, so that one from another list is refused
rather than giving rows that nobody asked for.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Self

from spanmart.warehouse.queries.errors import InvalidCursor
from spanmart.warehouse.queries.filters import Filters, Where

SortKey = Literal[
    "created_at",
    "processing_time_ms",
    "tokens_used",
    "estimated_cost_usd",
    "quality_score",
    "updated_at",
    "-created_at",
    "-processing_time_ms",
    "-tokens_used",
    "-estimated_cost_usd",
    "-quality_score",
    "-updated_at",
]

# What a list can be sorted by. When its value comes back in a cursor: the type to cast it to, its reader.
SORTABLE: Mapping[str, tuple[str, Callable[[str], object]]] = {
    "created_at": ("timestamp", datetime.fromisoformat),
    "updated_at": ("timestamp", datetime.fromisoformat),
    "processing_time_ms": ("double", float),
    "tokens_used": ("double", float),
    "quality_score": ("double", float),
    "estimated_cost_usd": ("decimal(38, 24)", Decimal),
}
NEVER_NULL = frozenset({"created_at", "updated_at"})


@dataclass(frozen=True)
class Sort:
    """A column to sort by; rows without a value come last, ties are broken by interaction_id."""

    column: str
    descending: bool

    @classmethod
    def parse(cls, key: SortKey) -> Self:
        """Read `column` (ascending) or `-column` (descending); ValueError names what can be sorted by."""
        column = key.removeprefix("-")
        if column not in SORTABLE:
            raise ValueError(f"Cannot sort by {key!r}. Choose one of {', '.join(SORTABLE)}, or -<column>.")
        return cls(column, key.startswith("-"))

    @property
    def order_by(self) -> str:
        """The SQL that puts rows of `i` in this order."""
        direction = "desc" if self.descending else "asc"
        return f"i.{self.column} {direction} nulls last, i.interaction_id {direction}"


@dataclass(frozen=True)
class Cursor:
    """The place in a sorted list after one row."""

    sort: Sort
    value: str | None
    interaction_id: str

    def encode(self, filters: Filters) -> str:
        """Write the place as the opaque text that callers hand back."""
        content = [self.sort.column, self.sort.descending, self.value, self.interaction_id, _digest(filters)]
        return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, sort: Sort, filters: Filters) -> Self:
        """Read a cursor of the list with this sort and these filters, or raise InvalidCursor."""
        try:
            content = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            column, descending, value, interaction_id, digest = content
            if (column, descending, digest) != (sort.column, sort.descending, _digest(filters)):
                raise InvalidCursor
            _check(sort, value, interaction_id)
        except (ValueError, TypeError, ArithmeticError):
            raise InvalidCursor from None
        return cls(sort, value, interaction_id)

    def narrow(self, where: Where) -> Where:
        """Return the condition with only the rows after this place."""
        column, beyond = self.sort.column, "<" if self.sort.descending else ">"
        parameters: dict[str, Any] = {"after_id": self.interaction_id}
        if self.value is None:
            return where.narrow(f"{column} is null and interaction_id {beyond} $after_id", parameters)
        value = f"$after::{SORTABLE[column][0]}"
        empty = "" if column in NEVER_NULL else f" or {column} is null"
        # The first condition alone tells which parts of the table need not be read.
        return where.narrow(
            f"({column} {beyond}= {value}{empty})"
            f" and ({column} {beyond} {value}{empty} or interaction_id {beyond} $after_id)",
            {**parameters, "after": self.value},
        )


def _check(sort: Sort, value: object, interaction_id: object) -> None:
    if not isinstance(interaction_id, str) or not isinstance(value, str | None):
        raise InvalidCursor
    if value is not None:
        SORTABLE[sort.column][1](value)


def _digest(filters: Filters) -> str:
    given = {name: str(getattr(filters, name)) for name in Filters.model_fields}
    return hashlib.sha256(json.dumps(given).encode()).hexdigest()[:12]
