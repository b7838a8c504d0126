"""Bearer tokens: who may send, read, or administer. The secret is shown once and kept only as a hash.

A token is `spanmart_` and eight hex digits, its public prefix, then `_` and 256 random bits as hex. Nobody
guesses so many bits, so a plain SHA-256 protects them as well as a slow password hash would, and checking it
for each request costs microseconds.
"""

import hashlib
import hmac
import logging
import re
import secrets
import threading
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from spanmart.warehouse.accounts.audit_log import COMMAND_LINE, Author, record
from spanmart.warehouse.errors import TokenError
from spanmart.warehouse.utc import naive_utc

if TYPE_CHECKING:
    import duckdb

    from spanmart.warehouse.storage.database import Warehouse

BRAND = "spanmart_"
PREFIX = re.compile(rf"{BRAND}[0-9a-f]{{8}}")
SECRET_BYTES = 32
LONGEST_NAME = 100
# Long enough that noting the use costs nothing, short enough to tell a token in use from a forgotten one.
USE_NOTED_EVERY = timedelta(hours=1)

ALL = """
select name, prefix, sha256, scopes, created_at, expires_at, last_used_at, revoked_at
from app.tokens order by created_at, rowid
"""
INSERT = """
insert into app.tokens (name, prefix, sha256, scopes, created_at, expires_at) values (?, ?, ?, ?, ?, ?)
"""
REVOKE = "update app.tokens set revoked_at = ? where prefix = ?"
NOTE_USE = "update app.tokens set last_used_at = ? where prefix = ?"

log = logging.getLogger(__name__)


class Scope(StrEnum):
    """What a token allows. None includes another: a sender that was broken into reveals nothing."""

    INGEST = "ingest"
    READ = "read"
    ADMIN = "admin"


@dataclass(frozen=True)
class Token:
    """One token without its secret; times are UTC."""

    name: str
    prefix: str
    sha256: str = field(repr=False)
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    def state(self, now: datetime) -> str:
        """Return `active`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "active"


class Tokens:
    """The tokens of an open warehouse; one for a process, so that a revocation holds at once everywhere."""

    def __init__(
        self, warehouse: "Warehouse", clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._warehouse = warehouse
        self._clock = clock
        self._writing = threading.Lock()
        self._by_prefix: dict[str, Token] = {}
        self._use_noted: dict[str, datetime] = {}
        self._notes = ThreadPoolExecutor(1, thread_name_prefix="token-use")
        with self._write_alone():
            pass

    def all(self) -> list[Token]:
        """Every token, also those that no longer count, the oldest first."""
        return list(self._by_prefix.values())

    def any_active(self, scope: Scope) -> bool:
        """Say whether somebody could pass a check for this scope now."""
        now = self._clock()
        return any(scope in token.scopes and token.state(now) == "active" for token in self.all())

    def create(
        self,
        name: str,
        scopes: Collection[Scope],
        expires_at: datetime | None = None,
        by: Author = COMMAND_LINE,
    ) -> tuple[Token, str]:
        """Make a token; return it and its secret, which cannot be had again. Raises TokenError."""
        now = self._clock()
        _check_name(name)
        if not scopes:
            raise TokenError("A token needs at least one scope: ingest, read or admin.")
        if expires_at is not None and expires_at <= now:
            raise TokenError(f"The expiry {expires_at:%Y-%m-%d %H:%M} UTC is in the past.")
        with self._write_alone() as cursor:
            taken = next((token for token in self.all() if token.name == name and not token.revoked_at), None)
            if taken:
                raise TokenError(
                    f"There is a token {name!r} already ({taken.prefix}, {taken.state(now)}). "
                    "Choose another name, or revoke that one first."
                )
            prefix = self._new_prefix()
            secret = f"{prefix}_{secrets.token_hex(SECRET_BYTES)}"
            expiry = expires_at and naive_utc(expires_at)
            cursor.execute(INSERT, [name, prefix, _sha256(secret), sorted(scopes), naive_utc(now), expiry])
            record(cursor, by, "create token", f"{name} ({prefix})", f"scope {', '.join(sorted(scopes))}")
        return self._by_prefix[prefix], secret

    def revoke(self, name_or_prefix: str, by: Author = COMMAND_LINE) -> Token:
        """Make a token useless from this moment; raises TokenError where there is none to revoke."""
        with self._write_alone() as cursor:
            found = [token for token in self.all() if name_or_prefix in (token.name, token.prefix)]
            active = next((token for token in found if not token.revoked_at), None)
            if active is None:
                raise TokenError(
                    f"The token {name_or_prefix!r} has been revoked already."
                    if found
                    else f"There is no token {name_or_prefix!r}. `spanmart token list` shows them."
                )
            cursor.execute(REVOKE, [naive_utc(self._clock()), active.prefix])
            record(cursor, by, "revoke token", f"{active.name} ({active.prefix})")
        return self._by_prefix[active.prefix]

    def find(self, secret: str) -> Token | None:
        """The token with this secret, whatever its state; None where there is none. Takes microseconds."""
        token = self._by_prefix.get(secret.rpartition("_")[0])
        if token is None or not hmac.compare_digest(token.sha256, _sha256(secret)):
            return None
        return token

    def note_use(self, token: Token) -> None:
        """Remember that the token was used now; another thread writes it, once an hour for each token."""
        now = self._clock()
        noted = self._use_noted.get(token.prefix, token.last_used_at)
        if noted is None or now - noted >= USE_NOTED_EVERY:
            self._use_noted[token.prefix] = now
            with suppress(RuntimeError):  # closed: the last requests of a stopping process go unnoted
                self._notes.submit(self._write_use, token.prefix, now)

    def close(self) -> None:
        """Write the uses that are still to be noted; before the warehouse closes."""
        self._notes.shutdown()

    def _write_use(self, prefix: str, at: datetime) -> None:
        import duckdb  # noqa: PLC0415 - the command offers the scopes without loading DuckDB

        try:
            with self._write_alone() as cursor:
                cursor.execute(NOTE_USE, [naive_utc(at), prefix])
        except duckdb.Error as error:
            log.warning("that token %s was used could not be noted: %s", prefix, error)

    def _new_prefix(self) -> str:
        while (prefix := BRAND + secrets.token_hex(4)) in self._by_prefix:
            pass
        return prefix

    @contextmanager
    def _write_alone(self) -> "Iterator[duckdb.DuckDBPyConnection]":
        """Let one thread at a time write, then read what the file now holds."""
        with self._writing:
            with self._warehouse.transaction() as cursor:
                yield cursor
                tokens = [_token(row) for row in cursor.execute(ALL).fetchall()]
            self._by_prefix = {token.prefix: token for token in tokens}


def bearer(authorization: str | None) -> str | None:
    """The secret in an Authorization header; None where it shows no token."""
    scheme, _, secret = (authorization or "").strip().partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


def _check_name(name: str) -> None:
    fits = 0 < len(name) <= LONGEST_NAME and name.isprintable() and name == name.strip()
    if not fits or name.startswith(BRAND):
        raise TokenError(
            f"{name!r} cannot be a token's name: it takes 1 to {LONGEST_NAME} printable characters, without "
            f"spaces at its ends, that do not begin with {BRAND!r}."
        )


def _token(row: tuple[Any, ...]) -> Token:
    name, prefix, sha256, scopes, *times = row
    created_at, *others = (time and time.replace(tzinfo=UTC) for time in times)
    return Token(name, prefix, sha256, frozenset(map(Scope, scopes)), created_at, *others)


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
