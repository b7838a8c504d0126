"""The audit log of a folder that `spanmart up` holds, reached by its control socket."""

from pathlib import Path

from pydantic import BaseModel

from spanmart.cli.control.schemas import make_validated_handler
from spanmart.cli.control.socket import Command, ask
from spanmart.warehouse.accounts.audit_log import AuditLog, Entry

NEWEST = "audit_log"


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
        with ask(self._folder, NEWEST, limit=limit) as answer:
            return Told.model_validate(answer).entries


def commands(log: AuditLog) -> dict[str, Command]:
    """What `spanmart up` does for `spanmart audit`."""
    return {NEWEST: make_validated_handler(Request, lambda request: Told(entries=log.newest(request.limit)))}
