"""Logging in and out."""

import logging
import math
import re

from flask import Blueprint, Response, redirect, render_template, request, session
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response as AnyResponse

from spanmart.warehouse.accounts.audit_log import Author
from spanmart.warehouse.accounts.users import User
from spanmart.web.auth.authorization import SESSION_STAMP, SESSION_USER
from spanmart.web.caller import author, caller
from spanmart.web.http.errors import TooManyRequests
from spanmart.web.http.parameters import read_form, read_query
from spanmart.web.services import services
from spanmart.web.urls import HOME, LOGIN

# A path of ours. What begins with two slashes, or has a backslash, is another host to a browser.
WITHIN = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")

blueprint = Blueprint("login", __name__)
log = logging.getLogger(__name__)


class LoginQuery(BaseModel):
    """What the page was reached with."""

    model_config = ConfigDict(extra="forbid")

    next: str | None = Field(default=None, description="Where to go on to.")


class LoginForm(BaseModel):
    """The form's fields."""

    model_config = ConfigDict(extra="forbid")

    name: str
    password: str
    next: str | None = None


@blueprint.get(LOGIN)
def ask() -> AnyResponse:
    """Ask for name and password."""
    target = within(read_query(LoginQuery, blanks=True).next)
    if caller().rights:
        return redirect(target)
    return login_page(target)


@blueprint.post(LOGIN)
def log_in() -> AnyResponse:
    """Begin a session, and lead to where the user wanted to go."""
    form = read_form(LoginForm)
    target = within(form.next)
    user = check_password(form.name, form.password)
    if user is None:
        log.warning("a login from %s failed", request.remote_addr)
        page = login_page(target, "That is not the name and password of a user here.", 401)
        page.headers["WWW-Authenticate"] = "Bearer"
        return page
    begin_session(user)
    return redirect(target, 303)


@blueprint.post("/logout")
def log_out() -> AnyResponse:
    """End the user's sessions, this one and all others."""
    if user := caller().user:
        services().users.end_sessions(user, author())
    session.clear()
    return redirect(LOGIN, 303)


def login_page(target: str, problem: str | None = None, status: int = 200) -> Response:
    """Ask for a login that leads to the target, and say what was wrong with the one before."""
    return Response(render_template("login.html", next=target, problem=problem), status)


def begin_session(user: User) -> None:
    """Make the session that of the user, whatever it was before."""
    services().users.note_login(user, Author(f"user {user.name}", request.remote_addr or ""))
    session.clear()
    session.permanent = True
    session[SESSION_USER], session[SESSION_STAMP] = user.name, user.session_stamp


def check_password(name: str, password: str) -> User | None:
    """The user whose name and password these are. Raises TooManyRequests where that is guessed at."""
    count_attempt(name)
    user = services().users.check(name, password)
    if user is not None:
        services().attempts.forget(name, request.remote_addr or "")
    return user


def count_attempt(name: str | None = None) -> None:
    """Count a login that is tried. Raises TooManyRequests."""
    if wait_s := services().attempts.take(name, request.remote_addr or ""):
        raise TooManyRequests("Too many logins were tried. Wait, then try again.", math.ceil(wait_s))


def within(target: str | None) -> str:
    """The target if it is a path of this site, else the first page."""
    return target if target and WITHIN.fullmatch(target) else HOME
