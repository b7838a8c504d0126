"""Logging in through an OpenID Connect provider: the code flow, with PKCE. Stands on the extra `oidc`.

authlib keeps state, nonce and verifier in the session, and checks what comes back by them. The way to the
provider is a link, not a form: no form of ours leads to another site (`form-action 'self'`).
"""

import logging
import secrets
from typing import TYPE_CHECKING, Any

from authlib.integrations.flask_client import OAuth, OAuthError
from flask import Blueprint, Flask, redirect, request, session, url_for
from joserfc.errors import JoseError
from requests import RequestException

from spanmart.warehouse.accounts.audit_log import Author
from spanmart.warehouse.accounts.users import Role, User
from spanmart.web.auth.login import LoginQuery, begin_session, count_attempt, login_page, within
from spanmart.web.caller import caller
from spanmart.web.http.parameters import read_query
from spanmart.web.services import services
from spanmart.web.urls import HOME, LOGIN

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from spanmart.web.settings import Oidc

BEGIN = f"{LOGIN}/oidc"
SCOPE = "openid email profile"
TIMEOUT_S = 10
# By a key that the provider publishes, whatever it lists itself: "none" may be among that.
SIGNATURES = [f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)] + ["EdDSA"]
ENDPOINTS = {"authorization_endpoint", "token_endpoint", "jwks_uri"}
SESSION_NEXT = "next"
# Browsers keep no cookie of more than 4 KB.
LONGEST_NEXT = 1000

log = logging.getLogger(__name__)


class Refused(Exception):
    """Whoever the provider names is not let in; the message tells them why."""


def install(app: Flask, oidc: "Oidc", *, https: bool) -> None:
    """Offer this login beside the one by password."""
    login = _Login(app, oidc, "https" if https else "http")
    blueprint = Blueprint("oidc", __name__)
    blueprint.add_url_rule(BEGIN, "begin", login.begin)
    blueprint.add_url_rule(f"{BEGIN}/callback", "come_back", login.come_back)
    for kind in (RequestException, OAuthError, JoseError, Refused):
        blueprint.register_error_handler(kind, login.fail)
    app.register_blueprint(blueprint)
    app.context_processor(lambda: {"sign_in_with": oidc.host})


class _Login:
    def __init__(self, app: Flask, oidc: "Oidc", scheme: str) -> None:
        self._oidc = oidc
        self._scheme = scheme
        self._client: Any = OAuth(app).register(
            "oidc",
            client_id=oidc.client_id,
            client_secret=oidc.client_secret,
            server_metadata_url=f"{oidc.issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": SCOPE,
                "code_challenge_method": "S256",
                "default_timeout": TIMEOUT_S,
            },
        )

    def begin(self) -> "Response":
        target = within(read_query(LoginQuery, blanks=True).next)
        if caller().rights:
            return redirect(target)
        count_attempt()
        if missing := ENDPOINTS - self._metadata().keys():
            raise RequestException(f"the provider names no {', '.join(sorted(missing))}")
        session.clear()
        session[SESSION_NEXT] = target if len(target) <= LONGEST_NEXT else HOME
        callback = url_for("oidc.come_back", _external=True, _scheme=self._scheme)
        to_provider: Response = self._client.authorize_redirect(callback)
        return to_provider

    def come_back(self) -> "Response":
        """Begin the session of whoever the provider names, and lead to where they wanted to go."""
        count_attempt()
        user = self._user(self._name(self._claims()))
        target = session[SESSION_NEXT]
        services().attempts.forget(None, request.remote_addr or "")
        begin_session(user)
        return redirect(target, 303)

    def fail(self, error: Exception) -> "Response":
        """Say on the login page why nobody is logged in."""
        log.warning("a login from %s failed: %r", request.remote_addr, str(error))
        said, status = f"The login through {self._oidc.host} did not succeed. Try it again.", 400
        if isinstance(error, RequestException):
            said, status = (
                f"{self._oidc.host} does not answer as a provider does. Try again later, or use a password.",
                503,
            )
        if isinstance(error, Refused):
            said, status = str(error), 403
        return login_page(session.get(SESSION_NEXT, HOME), said, status)

    def _metadata(self) -> dict[str, Any]:
        """What the provider publishes of itself."""
        metadata: dict[str, Any] = self._client.load_server_metadata()
        return metadata

    def _claims(self) -> dict[str, Any]:
        """What the provider says of whoever comes from there, once its ID token has been checked."""
        self._metadata()["id_token_signing_alg_values_supported"] = SIGNATURES
        issuer = self._oidc.issuer
        token = self._client.authorize_access_token(
            claims_options={
                "iss": {"values": [issuer, f"{issuer}/"]},
                "aud": {"value": self._oidc.client_id},
            }
        )
        if "userinfo" not in token:
            raise OAuthError("no_id_token")
        claims: dict[str, Any] = token["userinfo"]
        return claims

    def _name(self, claims: dict[str, Any]) -> str:
        claim, name = self._oidc.name_claim, claims.get(self._oidc.name_claim)
        if not isinstance(name, str):
            raise Refused(f"{self._oidc.host} does not say who you are: it gives no {claim!r}.")
        if claim == "email" and claims.get("email_verified") not in (True, "true"):
            raise Refused(f"{self._oidc.host} has not verified that {name} is your address.")
        return name

    def _user(self, name: str) -> User:
        users = services().users
        user = users.find(name)
        # Letters beyond ASCII that are alike to `find` may be those of another person there.
        if user and (user.name == name or (user.name + name).isascii()):
            return user
        if user or not self._oidc.adds_viewers:
            raise Refused(
                f"{self._oidc.host} knows you as {name}, and no user here has that name. Ask an admin."
            )
        by = Author(self._oidc.host, request.remote_addr or "")
        return users.add(name, Role.VIEWER, secrets.token_urlsafe(), by)
