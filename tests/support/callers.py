"""Everybody who may ask something of the pages and the API: tokens of each scope, users of each role."""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient

from spanmart.warehouse import Role, Scope, Tokens, Users, Warehouse

PASSWORD = "correct horse battery"
# Whoever asks → what they may do.
RIGHTS = {
    "nobody": set[str](),
    "ingest token": {"judge"},
    "read token": {"read"},
    "admin token": {"judge", "administer"},
    "viewer": {"read", "judge", "account"},
    "admin": {"read", "judge", "administer", "account"},
}


@dataclass(frozen=True)
class Callers:
    """Tokens and users of a warehouse, with what they show."""

    tokens: Tokens
    users: Users
    secrets: dict[str, str]

    @classmethod
    def of(cls, warehouse: Warehouse) -> "Callers":
        """Make one of each."""
        tokens, users = Tokens(warehouse), Users(warehouse)
        secrets = {f"{scope} token": tokens.create(scope, [scope])[1] for scope in Scope}
        for role in Role:
            users.add(role, role, PASSWORD)
        return cls(tokens, users, secrets)

    def headers(self, who: str) -> dict[str, str]:
        """What a program sends with each request."""
        return {"Authorization": f"Bearer {self.secrets[who]}"} if who in self.secrets else {}

    def cookies(self, app: Flask, who: str) -> dict[str, str]:
        """What the browser of a user sends with each request."""
        if self.users.find(who) is None:
            return {}
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signer is not None
        return {app.config["SESSION_COOKIE_NAME"]: str(signer.dumps(self.session(who)))}

    def client(self, app: Flask, who: str) -> FlaskClient:
        """A browser or a program of theirs; one that has logged in, for a user."""
        client = app.test_client()
        client.environ_base.update(
            {f"HTTP_{name.upper()}": value for name, value in self.headers(who).items()}
        )
        if user := self.users.find(who):
            with client.session_transaction() as session:
                session.update(self.session(user.name))
        return client

    def session(self, name: str) -> dict[str, Any]:
        """What the cookie of a user's session holds."""
        user = self.users.find(name)
        assert user is not None
        return {"user": user.name, "stamp": user.session_stamp}
