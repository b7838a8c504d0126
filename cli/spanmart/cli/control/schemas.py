"""Commands of the control socket whose requests and answers are checked by classes.

Apart from the socket itself, so that a command that asks nobody does not load pydantic.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from spanmart.cli.control.socket import Answer, Arguments, Command, Refused

Request = TypeVar("Request", bound=BaseModel)


def make_validated_handler(form: type[Request], answer: Callable[[Request], BaseModel]) -> Command:
    """A command that answers a request of this form, and refuses any other."""

    @contextmanager
    def command(arguments: Arguments) -> Iterator[Answer]:
        try:
            request = form.model_validate(arguments)
        except ValidationError as error:
            raise Refused(str(error)) from error
        yield answer(request).model_dump(mode="json")

    return command
