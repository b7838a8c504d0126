"""Tokens of senders and scripts: the list of them, made and revoked."""

from datetime import UTC, date, datetime
from typing import Annotated

from flask import Blueprint, Response, redirect, render_template, request
from pydantic import BaseModel, BeforeValidator, ConfigDict
from werkzeug.wrappers import Response as AnyResponse

from spanmart.warehouse.accounts.tokens import Scope
from spanmart.web.caller import author
from spanmart.web.http.parameters import check, read_form
from spanmart.web.services import services
from spanmart.web.urls import TOKENS

blueprint = Blueprint("tokens", __name__)


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
