"""`spanmart token`: who may send, read or administer; also while `spanmart up` holds the folder."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from spanmart.cli.control.local_or_remote import open_local_or_remote
from spanmart.cli.settings.click_options import settings_from, settings_options
from spanmart.cli.tables import format_table
from spanmart.warehouse.accounts.tokens import Scope, Token, Tokens

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from spanmart.cli.control.tokens import RemoteTokens

_DATES = ("%Y-%m-%d", "%Y-%m-%dT%H:%M")

HEADING = ("NAME", "TOKEN", "STATE", "SCOPES", "CREATED", "EXPIRES", "LAST USED", "REVOKED")
MADE = """\
Token {name!r} ({prefix}...) made, with scope {scopes}. It is shown this once; only its hash is kept.
"""
HOW_TO_INGEST = """\
An application sends it with the standard variable (a space is written %20 there):
  export OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer%20<the token>"
"""


@click.group("token")
def command() -> None:
    """Make, list and revoke the tokens that senders and scripts show.

    \b
    Examples:
      spanmart token create --scope ingest checkout    for the application called checkout
      spanmart token list                              names, scopes, last use; never the tokens themselves
      spanmart token revoke checkout                   it stops working

    A token is like a password: give each application its own, so that one can be revoked without the others.
    What is made or revoked while `spanmart up` runs counts from the next request on.
    """


@command.command()
@settings_options("data")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in Scope]),
    multiple=True,
    required=True,
    help="What it allows: ingest sends telemetry, read asks the API, admin changes settings. Repeatable.",
)
@click.option(
    "--expires", type=click.DateTime(_DATES), metavar="DATE", help="UTC, as 2027-01-31 or 2027-01-31T12:00."
)
@click.argument("name")
def create(data: str | None, scopes: Sequence[str], expires: datetime | None, name: str) -> None:
    """Make a token and show it, once, on stdout.

    \b
    Examples:
      spanmart token create --scope ingest checkout
      spanmart token create --scope ingest --expires 2027-01-31 load-test
      TOKEN=$(spanmart token create --scope read report)

    NAME says who uses it. A name is free again once its token is revoked.
    """
    expires_at = expires and expires.replace(tzinfo=UTC)
    with _tokens_of(data) as tokens:
        made, secret = tokens.create(name, [Scope(scope) for scope in scopes], expires_at)
    told = MADE.format(name=made.name, prefix=made.prefix, scopes=_scopes(made))
    click.echo(told + (HOW_TO_INGEST if Scope.INGEST in made.scopes else ""), nl=False, err=True)
    click.echo(secret)


@command.command("list")
@settings_options("data")
def list_(data: str | None) -> None:
    """List all tokens, also those that no longer work.

    \b
    Example:
      spanmart token list

    Columns: name, the token's public beginning, state, scopes, and when (UTC) it was made, expires, was last
    used (to the hour) and was revoked.
    """
    with _tokens_of(data) as tokens:
        rows = [_row(each) for each in tokens.all()]
    click.echo(format_table(HEADING, rows))


@command.command()
@settings_options("data")
@click.argument("name")
def revoke(data: str | None, name: str) -> None:
    """Make a token useless, for good.

    \b
    Examples:
      spanmart token revoke checkout
      spanmart token revoke spanmart_1a2b3c4d          by the beginning, where only that is known
    """
    with _tokens_of(data) as tokens:
        revoked = tokens.revoke(name)
    click.echo(f"Token {revoked.name!r} ({revoked.prefix}...) is revoked.", err=True)


def _tokens_of(data: str | None) -> "AbstractContextManager[Tokens | RemoteTokens]":
    from spanmart.cli.control.tokens import RemoteTokens  # noqa: PLC0415

    return open_local_or_remote(settings_from({"data": data}).data, Tokens, RemoteTokens)


def _row(one: Token) -> tuple[str, ...]:
    times = (one.created_at, one.expires_at, one.last_used_at, one.revoked_at)
    shown = [f"{time:%Y-%m-%d %H:%M}" if time else "-" for time in times]
    return (one.name, one.prefix, one.state(datetime.now(UTC)), _scopes(one), *shown)


def _scopes(one: Token) -> str:
    return ",".join(sorted(one.scopes))
