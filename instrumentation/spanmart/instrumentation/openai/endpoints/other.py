"""Every other endpoint: a call with its model, its time, its tokens where the response has them, an error."""

from collections.abc import Callable, Mapping
from typing import Any

from spanmart.instrumentation import semconv
from spanmart.instrumentation.openai.endpoints.endpoint import Answer, Attributes, RequestContent
from spanmart.instrumentation.openai.endpoints.parameters import (
    request_attributes,
    response_attributes,
    usage_attributes,
)
from spanmart.instrumentation.values import fields

_OF_ALL = {"get": "list", "post": "create"}
_OF_ONE = {"get": "retrieve", "post": "update"}


class Other:
    """An endpoint whose content is not recorded: images, audio, moderations, files, batches and so on."""

    def __init__(self, operation: str, output_type: str | None = None) -> None:
        self.operation = operation
        self._output_type = output_type

    def request(self, body: Mapping[str, Any]) -> Attributes:
        """The parameters that it shares with the endpoints that generate text."""
        attributes = request_attributes(body)
        if self._output_type:
            attributes[semconv.OUTPUT_TYPE] = self._output_type
        return attributes

    def content(self, body: Mapping[str, Any]) -> RequestContent:
        return RequestContent()

    def answer(self, response: Mapping[str, Any]) -> Answer:
        """Identity and usage, where the response has them."""
        attributes = {**response_attributes(response), **usage_attributes(response.get("usage"))}
        return Answer(attributes, whole=True)

    def stream(self) -> "OneAnswer":
        """A reader for a streamed image or transcript."""
        return OneAnswer(self.answer)


class OneAnswer:
    """Of a stream whose content is not recorded, the last chunk that has usage, else the last chunk."""

    def __init__(self, read: Callable[[Mapping[str, Any]], Answer]) -> None:
        self._read = read
        self._said: Mapping[str, Any] = {}

    def add(self, chunk: object) -> None:
        said = fields(chunk)
        if said.get("usage") is not None or not self._said.get("usage"):
            self._said = said

    def answer(self) -> Answer:
        return self._read(self._said)


def operation_of(verb: str, path: str) -> str:
    """What the client calls the method: a POST to `batches/b_1/cancel` is `batches.cancel`."""
    resource, *inside = path.split("/")
    of_one = any(not _is_word(part) for part in inside)
    if of_one and _is_word(inside[-1]):
        return f"{resource}.{inside[-1]}"
    return f"{resource or 'request'}.{(_OF_ONE if of_one else _OF_ALL).get(verb, verb)}"


def _is_word(part: str) -> bool:
    """Not an id: those have digits in them."""
    return part.replace("_", "").isalpha()
