"""Accounts of the users who log in: the list of them, added, changed and removed."""

from flask import Blueprint, Response, redirect, render_template
from pydantic import BaseModel, ConfigDict
from werkzeug.wrappers import Response as AnyResponse

from spanmart.warehouse.accounts.users import SHORTEST_PASSWORD, Role
from spanmart.warehouse.errors import UserError
from spanmart.web.caller import author, caller
from spanmart.web.http.parameters import read_form
from spanmart.web.services import services
from spanmart.web.urls import ACCOUNTS

blueprint = Blueprint("accounts", __name__)


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


def _refuse_oneself(name: str) -> None:
    """Nobody locks themselves out by a slip; the own password has a page that asks for the present one."""
    user = caller().user
    if user and user.name.casefold() == name.casefold():
        raise UserError("Your own account is changed by another admin, your password under Account.")
