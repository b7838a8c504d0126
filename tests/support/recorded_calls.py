"""How a recorded request is made again with the OpenAI client."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

METHODS: dict[str, Callable[[Any], Any]] = {
    "chat/completions": lambda client: client.chat.completions.create,
    "responses": lambda client: client.responses.create,
    "embeddings": lambda client: client.embeddings.create,
}


def arguments(method: Callable[..., Any], body: Mapping[str, Any], key: str | None) -> dict[str, Any]:
    """The recorded body as keyword arguments; what the client has no name for goes into `extra_body`.

    `key` names the recording that the replay server shall answer with.
    """
    known = inspect.signature(method).parameters
    named = {name: value for name, value in body.items() if name in known}
    unnamed = {name: value for name, value in body.items() if name not in known}
    return {**named, "extra_body": unnamed or None, "extra_headers": {"x-exchange": key}}
