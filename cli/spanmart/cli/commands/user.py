"""`spanmart user`: who may log in; also while `spanmart up` holds the folder."""

import sys
from typing import TYPE_CHECKING

import click

from spanmart.cli.control.local_or_remote import open_local_or_remote
from spanmart.cli.settings.click_options import settings_from, settings_options
from spanmart.cli.tables import format_table
from spanmart.warehouse.accounts.users import Role, User, Users

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from spanmart.cli.control.users import RemoteUsers

_role = click.Choice([role.value for role in Role])
_password_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input; it is asked for otherwise."
)


@click.group("user")
def command() -> None:
    """Add, list, change and remove the people who log in to the pages.

    \b
    Examples:
      spanmart user add ada --role admin       asks for the password
      spanmart user list                       names, roles, last login
      spanmart user remove ada                 ends her sessions at once

    Once there is a user, pages and API ask everybody to log in or to show a token. What is changed while
    `spanmart up` runs counts from the next request on.
    """


@command.command()
@settings_options("data")
@click.option(
    "--role",
    type=_role,
    default=Role.VIEWER.value,
    show_default=True,
    help="A viewer reads and judges; an admin also manages users and tokens.",
)
@_password_stdin
@click.argument("name")
def add(data: str | None, role: str, password_stdin: bool, name: str) -> None:
    """Add a user.

    \b
    Examples:
      spanmart user add ada --role admin
      spanmart user add grace                  a viewer
      pass show spanmart/ada | spanmart user add ada --role admin --password-stdin

    A password has at least 12 characters. Only a slow hash of it is kept.
    """
    password = _password(password_stdin)
    with _users_of(data) as users:
        added = users.add(name, Role(role), password)
    click.echo(f"User {added.name!r} added, as {added.role}.", err=True)


@command.command("list")
@settings_options("data")
def list_(data: str | None) -> None:
    """List all users.

    \b
    Example:
      spanmart user list

    Times are in UTC.
    """
    with _users_of(data) as users:
        rows = [_row(each) for each in users.all()]
    click.echo(format_table(("NAME", "ROLE", "ADDED", "LAST LOGIN"), rows))


@command.command()
@settings_options("data")
@_password_stdin
@click.argument("name")
def password(data: str | None, password_stdin: bool, name: str) -> None:
    """Give a user another password, and end all their sessions.

    \b
    Example:
      spanmart user password ada
    """
    chosen = _password(password_stdin)
    with _users_of(data) as users:
        changed = users.set_password(name, chosen)
    click.echo(f"User {changed.name!r} has another password. All sessions of theirs have ended.", err=True)


@command.command()
@settings_options("data")
@click.argument("name")
@click.argument("role", type=_role)
def role(data: str | None, name: str, role: str) -> None:
    """Make a user an admin or a viewer, and end all their sessions.

    \b
    Example:
      spanmart user role grace admin
    """
    with _users_of(data) as users:
        changed = users.set_role(name, Role(role))
    click.echo(f"User {changed.name!r} is now {changed.role}.", err=True)


@command.command()
@settings_options("data")
@click.argument("name")
def remove(data: str | None, name: str) -> None:
    """Remove a user, and end all their sessions.

    \b
    Example:
      spanmart user remove ada

    With the last user the login goes too: on loopback everybody is let in again.
    """
    with _users_of(data) as users:
        removed = users.remove(name)
    click.echo(f"User {removed.name!r} is removed.", err=True)


def _users_of(data: str | None) -> "AbstractContextManager[Users | RemoteUsers]":
    from spanmart.cli.control.users import RemoteUsers  # noqa: PLC0415

    return open_local_or_remote(settings_from({"data": data}).data, Users, RemoteUsers)


def _password(from_stdin: bool) -> str:
    """The password; never an argument, which every process of the machine could read."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    entered: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return entered


def _row(one: User) -> tuple[str, ...]:
    times = (one.created_at, one.last_login_at)
    return (one.name, one.role, *(f"{time:%Y-%m-%d %H:%M}" if time else "-" for time in times))
