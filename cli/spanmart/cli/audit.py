"""`spanmart audit`: who changed what; also while `spanmart up` holds the folder."""

from pathlib import Path

import click
from pydantic import BaseModel, TypeAdapter

from spanmart.cli.control import Command, asked
from spanmart.cli.control_requests import taking
from spanmart.cli.holder import opened
from spanmart.cli.tables import shown
from spanmart.warehouse.accounts.audit_log import AuditLog, Entry

NEWEST = "audit_log"
HEADING = ("TIME (UTC)", "WHO", "FROM", "WHAT", "WHOM OR WHICH", "DETAILS")

_ENTRIES = TypeAdapter(list[Entry])


class Request(BaseModel):
    """How many entries are wanted."""

    limit: int


class Told(BaseModel):
    """The entries asked for."""

    entries: list[Entry]


class RemoteAuditLog:
    """The log of the process that holds the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def newest(self, limit: int) -> list[Entry]:
        """See `AuditLog.newest`."""
        with asked(self._folder, NEWEST, limit=limit) as answer:
            return Told.model_validate(answer).entries


def commands(log: AuditLog) -> dict[str, Command]:
    """What `spanmart up` does for `spanmart audit`."""
    return {NEWEST: taking(Request, lambda request: Told(entries=log.newest(request.limit)))}


def run(data: str | None, limit: int, as_json: bool) -> None:
    """Print the newest entries."""
    with opened(data, AuditLog, RemoteAuditLog) as log:
        entries = log.newest(limit)
    if as_json:
        click.echo(_ENTRIES.dump_json(entries, indent=2))
    else:
        click.echo(shown(HEADING, [_row(entry) for entry in entries]))


def _row(entry: Entry) -> tuple[str, ...]:
    time = f"{entry.happened_at:%Y-%m-%d %H:%M:%S}"
    return (time, entry.actor, entry.address or "-", entry.action, entry.subject, entry.details or "-")
