"""A stand-in for an OpenID Connect provider, over real HTTP and with a real RSA key.

It asks nobody for a password: whoever comes is the person of `claims`. It refuses what a provider must refuse
(a code used twice, a verifier or a secret that does not fit), and can be told to send what it must not.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey

from spanmart.web import Oidc
from support.serving import serving

CLIENT_ID, CLIENT_SECRET = "spanmart", "a secret of client and provider"
ADA = {"sub": "1815", "email": "ada@example.com", "email_verified": True, "preferred_username": "ada"}

Sign = Callable[[dict[str, Any]], str]


def signed(claims: dict[str, Any], key: RSAKey) -> str:
    return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)


@dataclass
class Provider:
    """What it says of people, and how it signs that; both may be set to what no provider sends."""

    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(auto_kid=True))
    claims: dict[str, Any] = field(default_factory=lambda: dict(ADA))
    sign: Sign | None = None
    hides: tuple[str, ...] = ()  # endpoints that it does not tell
    asks: bool = False  # show a page with a button, as to a person
    issuer: str = ""
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def oidc(self, **more: Any) -> Oidc:
        """The settings by which spanmart finds it."""
        return Oidc(self.issuer, CLIENT_ID, CLIENT_SECRET, **more)

    def app(self) -> Flask:
        app = Flask(__name__)
        app.add_url_rule("/.well-known/openid-configuration", "describe", self._describe)
        app.add_url_rule("/keys", "keys", lambda: {"keys": [self.key.as_dict(private=False)]})
        app.add_url_rule("/authorize", "authorize", self._authorize)
        app.add_url_rule("/token", "token", self._token, methods=["POST"])
        return app

    def _describe(self) -> dict[str, Any]:
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }
        return {name: value for name, value in told.items() if name not in self.hides}

    def _authorize(self) -> Any:
        asked = request.args.to_dict()
        assert (asked["client_id"], asked["response_type"]) == (CLIENT_ID, "code")
        assert asked["code_challenge_method"] == "S256" and "openid" in asked["scope"].split()
        code = secrets.token_urlsafe()
        self._codes[code] = asked
        back = f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
        if self.asks:
            head = '<!doctype html><link rel="icon" href="data:,"><title>Provider</title>'
            return f'{head}<a href="{escape(back)}">It is me</a>'
        return redirect(back)

    def _token(self) -> Response | tuple[Response, int]:
        shown = request.authorization
        if not shown or (shown.username, shown.password) != (CLIENT_ID, CLIENT_SECRET):
            return jsonify(error="invalid_client"), 401
        asked = self._codes.pop(request.form["code"], None)
        if asked is None or not self._is_answer_to(asked):
            return jsonify(error="invalid_grant"), 400
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims |= self.claims
        id_token = self.sign(claims) if self.sign else signed(claims, self.key)
        return jsonify(access_token=secrets.token_urlsafe(), token_type="Bearer", id_token=id_token)

    def _is_answer_to(self, asked: dict[str, str]) -> bool:
        return (
            create_s256_code_challenge(request.form["code_verifier"]) == asked["code_challenge"]
            and request.form["redirect_uri"] == asked["redirect_uri"]
        )


@contextmanager
def provider() -> Iterator[Provider]:
    """One that answers for as long as the block lasts."""
    made = Provider()
    with serving(made.app()) as server:
        made.issuer = f"http://127.0.0.1:{server.port}"
        yield made
