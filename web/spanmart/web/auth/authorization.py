"""Who asks, and what they may do. A route that is not named here takes `read`, and `admin` where it writes.

A token that is shown decides alone, then a session; whoever shows neither may do everything on a machine of
their own, where nobody is asked to log in, and elsewhere nothing.
"""

import hmac
import math
from collections.abc import Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Flask, g, redirect, request, session

from spanmart.warehouse.accounts.tokens import Scope, bearer
from spanmart.warehouse.accounts.users import Role, User
from spanmart.web.caller import Caller, Right, caller
from spanmart.web.http.errors import FOR_PROGRAMS, Forbidden, TooManyRequests, Unauthenticated
from spanmart.web.http.security import READING
from spanmart.web.rate_limit import Throttle
from spanmart.web.services import services
from spanmart.web.urls import LOGIN

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from spanmart.web.settings import Site

SESSION_USER, SESSION_STAMP = "user", "stamp"
A_MINUTE_S = 60


OF_SCOPE = {
    Scope.INGEST: {Right.JUDGE},
    Scope.READ: {Right.READ},
    Scope.ADMIN: {Right.ADMINISTER, Right.JUDGE},
}
OF_ROLE = {Role.VIEWER: {Right.READ, Right.JUDGE}, Role.ADMIN: set(Right)}
# Who is told what to show: the scope of a token that has the right.
SCOPES = {Right.READ: Scope.READ, Right.JUDGE: Scope.INGEST, Right.ADMINISTER: Scope.ADMIN}

# Endpoints and blueprints that ask for something else than their method says; None asks for nothing.
REQUIRED_RIGHTS: dict[str, Right | None] = {
    "static": None,
    "vega": None,
    "health": None,
    "login": None,
    "oidc": None,
    "feedback": Right.JUDGE,
    "detail.give_feedback": Right.JUDGE,
    "account": Right.READ,
    "tokens": Right.ADMINISTER,
    "accounts": Right.ADMINISTER,
    "audit_log": Right.ADMINISTER,
    "audit": Right.ADMINISTER,
}
UNLIMITED = {"static", "vega", "health"}


def guard(app: Flask, site: "Site") -> None:
    """Find out who sends each request, and refuse what they may not do, or do too often."""
    throttle = Throttle(site.requests_per_minute, A_MINUTE_S)

    def limit() -> None:
        if UNLIMITED.isdisjoint(_names()) and (wait_s := throttle.take(caller().key)):
            raise TooManyRequests(
                f"More than {site.requests_per_minute:g} requests in a minute. Wait, then go on.",
                math.ceil(wait_s),
            )

    def identify() -> None:
        g.caller = _make_nobody()
        try:
            g.caller = _identify(site)
        finally:
            limit()

    app.before_request(identify)
    app.before_request(_authorise)
    app.context_processor(lambda: {"caller": g.get("caller")})


def required_right(endpoint: str | None, method: str) -> Right | None:
    """The right that a route asks for."""
    for name in _names(endpoint):
        if name in REQUIRED_RIGHTS:
            return REQUIRED_RIGHTS[name]
    return Right.READ if method in READING else Right.ADMINISTER


def _names(endpoint: str | None = None) -> Collection[str]:
    """An endpoint's own name, then its blueprint's."""
    name = endpoint if endpoint is not None else request.endpoint or ""
    return (name, name.partition(".")[0])


def _identify(site: "Site") -> Caller:
    secret = bearer(request.headers.get("Authorization"))
    if secret is not None:
        return _identify_token(secret)
    if user := _find_logged_in():
        return Caller(f"user {user.name}", f"user {user.name}", frozenset(OF_ROLE[user.role]), user)
    if site.asks_for_login or services().users.all():
        return _make_nobody()
    return Caller("this machine", request.remote_addr or "", frozenset(Right))


def _make_nobody() -> Caller:
    return Caller("nobody", request.remote_addr or "", frozenset())


def _identify_token(secret: str) -> Caller:
    tokens = services().tokens
    token = tokens.find(secret)
    if token is None:
        raise Unauthenticated("The token is not known here.", 'Bearer error="invalid_token"')
    state = token.state(datetime.now(UTC))
    if state != "active":
        raise Unauthenticated(f"The token {token.name!r} is {state}.", 'Bearer error="invalid_token"')
    tokens.note_use(token)
    rights = frozenset[Right]().union(*(OF_SCOPE[scope] for scope in token.scopes))
    return Caller(f"token {token.name} ({token.prefix})", token.prefix, rights, token=True)


def _find_logged_in() -> User | None:
    user = services().users.find(str(session.get(SESSION_USER, "")))
    stamp = str(session.get(SESSION_STAMP, ""))
    return user if user and hmac.compare_digest(user.session_stamp, stamp) else None


def _authorise() -> "Response | None":
    right = required_right(request.endpoint, request.method)
    rights = caller().rights
    # Whoever may do something here is told that there is nothing at an address; nobody else is.
    if right is None or right in rights or (request.endpoint is None and rights):
        return None
    if rights:
        raise Forbidden(f"{caller().name} may not do this: it takes the right '{right}'.", _challenge(right))
    if _is_page():
        return redirect(f"{LOGIN}?{urlencode({'next': request.full_path.rstrip('?')})}", 303)
    raise Unauthenticated(
        "Log in, or send the header `Authorization: Bearer <token>` with a token of scope "
        f"{SCOPES[right]}; `spanmart token create --scope {SCOPES[right]} NAME` makes one."
    )


def _challenge(right: Right) -> str | None:
    scope = SCOPES[right]
    return f'Bearer error="insufficient_scope", scope="{scope}"' if caller().token else None


def _is_page() -> bool:
    """A page that a person has opened; what a script of ours asks for again and again is none."""
    return request.method == "GET" and not (
        request.path.startswith(FOR_PROGRAMS) or request.path.endswith("/fragment")
    )
