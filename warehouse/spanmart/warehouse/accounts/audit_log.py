"""The audit log: who changed what, when, and from where.

A change of users or tokens and its entry are one transaction, so that neither is there without the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

    from spanmart.warehouse.storage.database import Warehouse

RECORD = "insert into app.audit_log values (nextval('app.audit_entries'), ?, ?, ?, ?, ?, ?)"
NEWEST = """
select entry, happened_at, actor, address, action, subject, details
from app.audit_log where entry < ? order by entry desc limit ?
"""
AFTER_ALL = 2**63 - 1


@dataclass(frozen=True)
class Author:
    """Who asks for a change; `address` is where the request came from."""

    name: str
    address: str = ""


COMMAND_LINE = Author("command line")


@dataclass(frozen=True)
class Entry:
    """One change as the log has it; the time is UTC."""

    entry: int
    happened_at: datetime
    actor: str
    address: str
    action: str
    subject: str
    details: str


class AuditLog:
    """The log of an open warehouse."""

    def __init__(self, warehouse: "Warehouse") -> None:
        self._warehouse = warehouse

    def record(self, by: Author, action: str, subject: str, details: str = "") -> None:
        """Write down what has been done in another file than the log's."""
        with self._warehouse.transaction() as cursor:
            record(cursor, by, action, subject, details)

    def newest(self, limit: int, before: int | None = None) -> list[Entry]:
        """The newest entries first, or those before the entry of this number."""
        cursor = self._warehouse.cursor()
        try:
            rows = cursor.execute(NEWEST, [AFTER_ALL if before is None else before, limit]).fetchall()
        finally:
            cursor.close()
        return [Entry(entry, at.replace(tzinfo=UTC), *rest) for entry, at, *rest in rows]


def place_of_older(entries: Sequence[Entry], limit: int) -> int | None:
    """Where the list goes on after `limit` entries of it were asked for, as `before`; None at its end."""
    return entries[-1].entry if len(entries) == limit and entries[-1].entry > 1 else None


def record(
    cursor: "duckdb.DuckDBPyConnection", by: Author, action: str, subject: str, details: str = ""
) -> None:
    """Write down a change in the transaction that makes it."""
    now = datetime.now(UTC).replace(tzinfo=None)
    cursor.execute(RECORD, [now, by.name, by.address, action, subject, details])
