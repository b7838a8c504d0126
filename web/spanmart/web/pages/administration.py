"""For admins: tokens, the accounts of users, and the audit log."""

from datetime import UTC, date, datetime
from typing import Annotated

from flask import Blueprint, Response, redirect, render_template, request
from pydantic import BaseModel, BeforeValidator, ConfigDict
from werkzeug.wrappers import Response as AnyResponse

from spanmart.warehouse.accounts.audit_log import place_of_older
from spanmart.warehouse.accounts.tokens import Scope
from spanmart.warehouse.accounts.users import SHORTEST_PASSWORD, Role
from spanmart.warehouse.errors import UserError
from spanmart.web.access import author, caller
from spanmart.web.pages.links import DASHBOARD
from spanmart.web.parameters import check, read_form, read_query
from spanmart.web.schemas import AuditQuery
from spanmart.web.services import services

TOKENS = f"{DASHBOARD}/tokens"
ACCOUNTS = f"{DASHBOARD}/accounts"
AUDIT = f"{DASHBOARD}/audit"

# By the names that views of the dashboard have.
VIEWS = {"tokens": TOKENS, "accounts": ACCOUNTS, "audit": AUDIT}

blueprint = Blueprint("administration", __name__)


def _end_of(value: object) -> object:
    """The first moment after a day, as a date field of a form gives it."""
    return datetime.combine(date.fromisoformat(str(value)), datetime.max.time(), UTC) if value else None


class TokenForm(BaseModel):
    """What a new token is to be."""

    model_config = ConfigDict(extra="forbid")

    name: str
    scope: list[Scope]
    expires: Annotated[datetime | None, BeforeValidator(_end_of)] = None


class RevokeForm(BaseModel):
    """Which token is to be revoked."""

    model_config = ConfigDict(extra="forbid")

    prefix: str


class AccountForm(BaseModel):
    """What a new user is to be."""

    model_config = ConfigDict(extra="forbid")

    name: str
    role: Role
    password: str


class RoleForm(BaseModel):
    """Whose role is to change, and to what."""

    model_config = ConfigDict(extra="forbid")

    name: str
    role: Role


class PasswordForm(BaseModel):
    """Whose password is to change, and to what."""

    model_config = ConfigDict(extra="forbid")

    name: str
    password: str


class NameForm(BaseModel):
    """Which user is meant."""

    model_config = ConfigDict(extra="forbid")

    name: str


@blueprint.get(TOKENS)
def tokens() -> Response:
    """List the tokens, with a form to make one."""
    return _tokens_page()


@blueprint.post(TOKENS)
def create_token() -> Response:
    """Make a token, and show it this once."""
    # A form gives one field for each box that is ticked.
    given = {**request.form, "scope": request.form.getlist("scope")}
    form = check(TokenForm, given)
    made, secret = services().tokens.create(form.name, form.scope, form.expires, author())
    return _tokens_page(made=made, secret=secret)


@blueprint.post(f"{TOKENS}/revoke")
def revoke_token() -> AnyResponse:
    """Make a token useless."""
    services().tokens.revoke(read_form(RevokeForm).prefix, author())
    return redirect(TOKENS, 303)


@blueprint.get(ACCOUNTS)
def accounts() -> Response:
    """List the users who can log in, with forms to add and change them."""
    return Response(
        render_template(
            "accounts.html", users=services().users.all(), roles=list(Role), shortest=SHORTEST_PASSWORD
        )
    )


@blueprint.post(ACCOUNTS)
def add_account() -> AnyResponse:
    """Add a user."""
    form = read_form(AccountForm)
    services().users.add(form.name, form.role, form.password, author())
    return redirect(ACCOUNTS, 303)


@blueprint.post(f"{ACCOUNTS}/role")
def set_role() -> AnyResponse:
    """Give another user another role."""
    form = read_form(RoleForm)
    _refuse_oneself(form.name)
    services().users.set_role(form.name, form.role, author())
    return redirect(ACCOUNTS, 303)


@blueprint.post(f"{ACCOUNTS}/password")
def set_password() -> AnyResponse:
    """Give another user another password."""
    form = read_form(PasswordForm)
    _refuse_oneself(form.name)
    services().users.set_password(form.name, form.password, author())
    return redirect(ACCOUNTS, 303)


@blueprint.post(f"{ACCOUNTS}/remove")
def remove_account() -> AnyResponse:
    """Remove another user."""
    form = read_form(NameForm)
    _refuse_oneself(form.name)
    services().users.remove(form.name, author())
    return redirect(ACCOUNTS, 303)


@blueprint.get(AUDIT)
def audit() -> Response:
    """Show who changed what."""
    query = read_query(AuditQuery)
    entries = services().audit.newest(query.limit, query.before)
    before = place_of_older(entries, query.limit)
    older = f"{AUDIT}?limit={query.limit}&before={before}" if before else None
    return Response(render_template("audit.html", entries=entries, query=query, older=older))


def _tokens_page(**shown_once: object) -> Response:
    return Response(
        render_template(
            "tokens.html",
            tokens=list(reversed(services().tokens.all())),
            scopes=list(Scope),
            now=datetime.now(UTC),
            **shown_once,
        )
    )


def _refuse_oneself(name: str) -> None:
    """Nobody locks themselves out by a slip; the own password has a page that asks for the present one."""
    user = caller().user
    if user and user.name.casefold() == name.casefold():
        raise UserError("Your own account is changed by another admin, your password under Account.")
