"""What the recorder asks of an endpoint, and the facts that it gets back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Part = dict[str, Any]
"""One part of a message in the conventions' form, for example `{"type": "text", "content": ...}`."""

Attributes = dict[str, object]
"""Attributes as they were found; cleaned when they are set on the span."""


@dataclass(frozen=True, slots=True)
class ReportedError:
    """A failure that the response itself tells of, with HTTP status 200."""

    code: str
    message: str


@dataclass(slots=True)
class Answer:
    """What a response says.

    `text` and `refusal` are the first choice's. `parsed` means that the client has made a model of the text.
    `whole` means that the model came to an end of its own; a
    stream that just stops is not whole.
    """

    attributes: Attributes = field(default_factory=dict)
    messages: list[Part] = field(default_factory=list)
    text: str | None = None
    refusal: str | None = None
    calls_tools: bool = False
    parsed: bool = False
    whole: bool = False
    error: ReportedError | None = None


class StreamReader(Protocol):
    """Collects what the chunks of one stream say."""

    def add(self, chunk: object) -> None:
        """Take in one chunk: a model of the client's, or the mapping that it was made from."""

    def answer(self) -> Answer:
        """What the chunks so far amount to."""


@dataclass(frozen=True, slots=True)
class RequestContent:
    """The content of a request: messages, system instructions and tools in the conventions' form."""

    messages: list[Part] = field(default_factory=list)
    system: list[Part] = field(default_factory=list)
    tools: list[Part] = field(default_factory=list)


class Endpoint(Protocol):
    """One kind of request and response."""

    @property
    def operation(self) -> str:
        """The value of `gen_ai.operation.name`."""

    def request(self, body: Mapping[str, Any]) -> Attributes:
        """What the request asks for, without its content."""

    def content(self, body: Mapping[str, Any]) -> RequestContent:
        """The content of the request."""

    def answer(self, response: Mapping[str, Any]) -> Answer:
        """What a whole response says."""

    def stream(self) -> StreamReader:
        """A reader for one streamed response."""
