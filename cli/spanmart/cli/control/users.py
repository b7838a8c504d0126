"""Users of a folder that `spanmart up` holds, reached by its control socket: a removal holds at once."""

from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel

from spanmart.cli.control.schemas import make_validated_handler
from spanmart.cli.control.socket import Command, Refused, ask
from spanmart.warehouse.accounts.users import Role, User, Users
from spanmart.warehouse.errors import UserError

LIST, ADD, SET_PASSWORD, SET_ROLE, REMOVE = (
    "list_users",
    "add_user",
    "set_user_password",
    "set_user_role",
    "remove_user",
)


class Request(BaseModel):
    """Which user is meant, and what it is to have."""

    name: str = ""
    role: Role = Role.VIEWER
    password: str = ""


class Told(BaseModel):
    """The users asked for."""

    users: list[User]


def commands(users: Users) -> dict[str, Command]:
    """What `spanmart up` does for `spanmart user`."""
    work: dict[str, Callable[[Request], list[User]]] = {
        LIST: lambda _: users.all(),
        ADD: lambda request: [users.add(request.name, request.role, request.password)],
        SET_PASSWORD: lambda request: [users.set_password(request.name, request.password)],
        SET_ROLE: lambda request: [users.set_role(request.name, request.role)],
        REMOVE: lambda request: [users.remove(request.name)],
    }

    def make_reply(act: Callable[[Request], list[User]]) -> Callable[[Request], Told]:
        return lambda request: Told(users=act(request))

    return {name: make_validated_handler(Request, make_reply(act)) for name, act in work.items()}


class RemoteUsers:
    """The users of the process that holds the folder; the same requests as `Users`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> list[User]:
        """See `Users.all`."""
        return self._ask(LIST, Request())

    def add(self, name: str, role: Role, password: str) -> User:
        """See `Users.add`."""
        return self._ask(ADD, Request(name=name, role=role, password=password))[0]

    def set_password(self, name: str, password: str) -> User:
        """See `Users.set_password`."""
        return self._ask(SET_PASSWORD, Request(name=name, password=password))[0]

    def set_role(self, name: str, role: Role) -> User:
        """See `Users.set_role`."""
        return self._ask(SET_ROLE, Request(name=name, role=role))[0]

    def remove(self, name: str) -> User:
        """See `Users.remove`."""
        return self._ask(REMOVE, Request(name=name))[0]

    def _ask(self, command: str, request: Request) -> list[User]:
        try:
            with ask(self._folder, command, **request.model_dump(mode="json")) as answer:
                return Told.model_validate(answer).users
        except Refused as error:
            raise UserError(str(error)) from error
