"""Who sends the current request, and what they may do, as `auth.authorization` has found out."""

from dataclasses import dataclass
from enum import StrEnum

from flask import g, request

from spanmart.warehouse.accounts.audit_log import Author
from spanmart.warehouse.accounts.users import User


class Right(StrEnum):
    """What can be asked for; the words are those of tokens where there is one."""

    READ = "read"
    JUDGE = "give feedback"
    ADMINISTER = "admin"


@dataclass(frozen=True)
class Caller:
    """Who asks: `name` is what the audit log says, `key` is what limits are counted by."""

    name: str
    key: str
    rights: frozenset[Right]
    user: User | None = None
    token: bool = False


def caller() -> Caller:
    """Whoever has sent the current request."""
    found: Caller = g.caller
    return found


def author() -> Author:
    """Whom the audit log is to name."""
    return Author(caller().name, request.remote_addr or "")
