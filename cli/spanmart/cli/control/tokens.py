"""Tokens of a folder that `spanmart up` holds, reached by its control socket.

So a token that leaked stops working at once, and nobody has to stop receiving for it.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel

from spanmart.cli.control.schemas import make_validated_handler
from spanmart.cli.control.socket import Command, Refused, ask
from spanmart.warehouse.accounts.tokens import Scope, Token, Tokens
from spanmart.warehouse.errors import TokenError

LIST, CREATE, REVOKE = "list_tokens", "create_token", "revoke_token"


class Request(BaseModel):
    """Which token is meant, or what a new one is to be."""

    name: str = ""
    scopes: frozenset[Scope] = frozenset()
    expires_at: datetime | None = None


class Told(BaseModel):
    """The tokens asked for, and a new one's secret."""

    tokens: list[Token] = []
    secret: str = ""


def commands(tokens: Tokens) -> dict[str, Command]:
    """What `spanmart up` does for `spanmart token`."""

    def create(request: Request) -> Told:
        made, secret = tokens.create(request.name, request.scopes, request.expires_at)
        return Told(tokens=[made], secret=secret)

    work: dict[str, Callable[[Request], Told]] = {
        LIST: lambda _: Told(tokens=tokens.all()),
        CREATE: create,
        REVOKE: lambda request: Told(tokens=[tokens.revoke(request.name)]),
    }

    return {name: make_validated_handler(Request, act) for name, act in work.items()}


class RemoteTokens:
    """The tokens of the process that holds the folder; the same questions as `Tokens`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> list[Token]:
        """See `Tokens.all`."""
        return self._ask(LIST, Request()).tokens

    def create(
        self, name: str, scopes: Collection[Scope], expires_at: datetime | None = None
    ) -> tuple[Token, str]:
        """See `Tokens.create`."""
        told = self._ask(CREATE, Request(name=name, scopes=frozenset(scopes), expires_at=expires_at))
        return told.tokens[0], told.secret

    def revoke(self, name_or_prefix: str) -> Token:
        """See `Tokens.revoke`."""
        return self._ask(REVOKE, Request(name=name_or_prefix)).tokens[0]

    def _ask(self, command: str, request: Request) -> Told:
        try:
            with ask(self._folder, command, **request.model_dump(mode="json")) as answer:
                return Told.model_validate(answer)
        except Refused as error:
            raise TokenError(str(error)) from error
