"""The user's own account: another password."""

from flask import Blueprint, Response, redirect, render_template, session
from pydantic import BaseModel, ConfigDict
from werkzeug.wrappers import Response as AnyResponse

from spanmart.warehouse.accounts.users import SHORTEST_PASSWORD, User
from spanmart.warehouse.errors import UserError
from spanmart.web.auth.authorization import SESSION_STAMP
from spanmart.web.auth.login import check_password
from spanmart.web.caller import author, caller
from spanmart.web.http.errors import Forbidden
from spanmart.web.http.parameters import read_form
from spanmart.web.services import services
from spanmart.web.urls import ACCOUNT

blueprint = Blueprint("account", __name__)


class PasswordForm(BaseModel):
    """The form's fields."""

    model_config = ConfigDict(extra="forbid")

    present: str
    password: str
    again: str


@blueprint.get(ACCOUNT)
def account() -> Response:
    """Show who is logged in, and the form for another password."""
    return Response(render_template("account.html", user=_user(), shortest=SHORTEST_PASSWORD))


@blueprint.post(ACCOUNT)
def change_password() -> AnyResponse:
    """Change the password, which ends all other sessions of the user."""
    user, form = _user(), read_form(PasswordForm)
    if check_password(user.name, form.present) is None:
        raise UserError("That is not your present password.")
    if form.password != form.again:
        raise UserError("The two new passwords differ.")
    changed = services().users.set_password(user.name, form.password, author())
    session[SESSION_STAMP] = changed.session_stamp
    return redirect(f"{ACCOUNT}?changed=1", 303)


def _user() -> User:
    user = caller().user
    if user is None:
        raise Forbidden("Only a user who has logged in has an account.")
    return user
