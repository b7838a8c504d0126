"""Users: people who log in, with a role and a password that is kept as a slow hash.

A session is a signed cookie that carries its user's stamp. A new stamp, which a new password or role and
logging out bring, ends every session that carries the old one.
"""

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from spanmart.warehouse.accounts.audit_log import COMMAND_LINE, Author, record
from spanmart.warehouse.errors import UserError
from spanmart.warehouse.utc import naive_utc

if TYPE_CHECKING:
    import duckdb

    from spanmart.warehouse.storage.database import Warehouse

LONGEST_NAME = 100
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1000
# A hash takes 32 MB and a tenth of a second of a core: no crowd may take all of either.
HASHES_AT_ONCE = 2

ALL = """
select name, role, password_hash, session_stamp, created_at, last_login_at
from app.users order by created_at, name
"""
INSERT = "insert into app.users (name, role, password_hash, session_stamp, created_at) values (?, ?, ?, ?, ?)"
SET_PASSWORD = "update app.users set password_hash = ?, session_stamp = ? where name = ?"  # noqa: S105 - SQL
SET_ROLE = "update app.users set role = ?, session_stamp = ? where name = ?"
SET_STAMP = "update app.users set session_stamp = ? where name = ?"
NOTE_LOGIN = "update app.users set last_login_at = ? where name = ?"
DELETE = "delete from app.users where name = ?"
KEY = "select key from app.session_key"
INSERT_KEY = "insert into app.session_key values (?)"


class Role(StrEnum):
    """What a user may do: a viewer reads and judges, an admin also manages users and tokens."""

    ADMIN = "admin"
    VIEWER = "viewer"


@dataclass(frozen=True)
class User:
    """One user; times are UTC."""

    name: str
    role: Role
    password_hash: str = field(repr=False)
    session_stamp: str = field(repr=False)
    created_at: datetime
    last_login_at: datetime | None


class Users:
    """The users of an open warehouse; one for a process, so that a removal holds at once everywhere."""

    def __init__(
        self, warehouse: "Warehouse", clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._warehouse = warehouse
        self._clock = clock
        self._writing = threading.Lock()
        self._hashing = threading.Semaphore(HASHES_AT_ONCE)
        self._by_name: dict[str, User] = {}
        with self._write_alone() as cursor:
            self.session_key = _session_key(cursor)

    def all(self) -> list[User]:
        """Every user, the oldest first."""
        return list(self._by_name.values())

    def find(self, name: str) -> User | None:
        """The user of this name, in any case of letters."""
        return self._by_name.get(name.casefold())

    def add(self, name: str, role: Role, password: str, by: Author = COMMAND_LINE) -> User:
        """Add a user. Raises UserError."""
        _check_name(name)
        _check_password(password)
        hashed = _hash(password)
        with self._write_alone() as cursor:
            if taken := self.find(name):
                raise UserError(f"There is a user {taken.name!r} already.")
            if not self._by_name and role != Role.ADMIN:
                raise UserError("The first user must be an admin, who can then add others.")
            cursor.execute(INSERT, [name, role, hashed, _new_stamp(), naive_utc(self._clock())])
            record(cursor, by, "add user", name, f"role {role}")
        return self._by_name[name.casefold()]

    def set_password(self, name: str, password: str, by: Author = COMMAND_LINE) -> User:
        """Give a user another password, which ends all sessions of theirs. Raises UserError."""
        _check_password(password)
        hashed = _hash(password)
        with self._write_alone() as cursor:
            user = self._find_known(name)
            cursor.execute(SET_PASSWORD, [hashed, _new_stamp(), user.name])
            record(cursor, by, "set password", user.name)
        return self._by_name[name.casefold()]

    def set_role(self, name: str, role: Role, by: Author = COMMAND_LINE) -> User:
        """Give a user another role, which ends all sessions of theirs. Raises UserError."""
        with self._write_alone() as cursor:
            user = self._find_known(name)
            if role != Role.ADMIN:
                self._keep_an_admin(user)
            cursor.execute(SET_ROLE, [role, _new_stamp(), user.name])
            record(cursor, by, "set role", user.name, f"{user.role} → {role}")
        return self._by_name[name.casefold()]

    def remove(self, name: str, by: Author = COMMAND_LINE) -> User:
        """Remove a user, which ends all sessions of theirs. Raises UserError.

        The very last user can be removed from the command line alone: on loopback that ends the login.
        """
        with self._write_alone() as cursor:
            user = self._find_known(name)
            if len(self._by_name) > 1 or by != COMMAND_LINE:
                self._keep_an_admin(user)
            cursor.execute(DELETE, [user.name])
            record(cursor, by, "remove user", user.name)
        return user

    def check(self, name: str, password: str) -> User | None:
        """The user whose name and password these are; a name that nobody has takes as long."""
        if len(password) > LONGEST_PASSWORD or not _is_text(password):
            return None
        user = self.find(name)
        with self._hashing:
            fits = _fits(user.password_hash if user else self._nobodys_hash, password)
        return user if fits else None

    def note_login(self, user: User, by: Author) -> None:
        """Remember that the user logged in now."""
        with self._write_alone() as cursor:
            cursor.execute(NOTE_LOGIN, [naive_utc(self._clock()), user.name])
            record(cursor, by, "log in", user.name)

    def end_sessions(self, user: User, by: Author) -> None:
        """Log the user out, everywhere."""
        with self._write_alone() as cursor:
            cursor.execute(SET_STAMP, [_new_stamp(), user.name])
            record(cursor, by, "log out", user.name)

    @cached_property
    def _nobodys_hash(self) -> str:
        return _hash(secrets.token_hex())

    def _find_known(self, name: str) -> User:
        user = self.find(name)
        if user is None:
            raise UserError(f"There is no user {name!r}. `spanmart user list` shows them.")
        return user

    def _keep_an_admin(self, user: User) -> None:
        if [each for each in self.all() if each.role == Role.ADMIN] == [user]:
            raise UserError(f"{user.name!r} is the only admin. Make another user an admin first.")

    @contextmanager
    def _write_alone(self) -> "Iterator[duckdb.DuckDBPyConnection]":
        """Let one thread at a time write, then read what the file now holds."""
        with self._writing:
            with self._warehouse.transaction() as cursor:
                yield cursor
                users = [_user(row) for row in cursor.execute(ALL).fetchall()]
            self._by_name = {user.name.casefold(): user for user in users}


def _check_name(name: str) -> None:
    if not (0 < len(name) <= LONGEST_NAME and name.isprintable() and name == name.strip()):
        raise UserError(
            f"{name!r} cannot be a user's name: it takes 1 to {LONGEST_NAME} printable characters, without "
            "spaces at its ends."
        )


def _check_password(password: str) -> None:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise UserError(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
    if not _is_text(password):
        raise UserError("The password is no text.")


def _is_text(password: str) -> bool:
    """Half a surrogate pair, as a terminal may hand it over, has no bytes to hash."""
    return password.encode("utf-8", "ignore").decode() == password


def _hash(password: str) -> str:
    from werkzeug.security import generate_password_hash  # noqa: PLC0415 - the command offers roles without it

    return generate_password_hash(password)


def _fits(hashed: str, password: str) -> bool:
    from werkzeug.security import check_password_hash  # noqa: PLC0415

    return check_password_hash(hashed, password)


def _session_key(cursor: "duckdb.DuckDBPyConnection") -> str:
    found = cursor.execute(KEY).fetchone()
    if found is None:
        found = (secrets.token_hex(),)
        cursor.execute(INSERT_KEY, list(found))
    return str(found[0])


def _new_stamp() -> str:
    return secrets.token_hex(16)


def _user(row: tuple[Any, ...]) -> User:
    name, role, password_hash, stamp, created_at, last_login_at = row
    return User(
        name,
        Role(role),
        password_hash,
        stamp,
        created_at.replace(tzinfo=UTC),
        last_login_at and last_login_at.replace(tzinfo=UTC),
    )
