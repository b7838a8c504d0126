"""Text completions, the API before chat: `POST /completions`."""

from collections.abc import Mapping
from typing import Any

from spanmart.instrumentation import semconv
from spanmart.instrumentation.openai.endpoints.endpoint import Answer, Attributes, RequestContent
from spanmart.instrumentation.openai.endpoints.messages import text_part
from spanmart.instrumentation.openai.endpoints.parameters import add_told, request_attributes
from spanmart.instrumentation.values import entries, fields


class Completions:
    """The completions endpoint."""

    operation = "text_completion"

    def request(self, body: Mapping[str, Any]) -> Attributes:
        """The parameters of a completion request."""
        return request_attributes(body)

    def content(self, body: Mapping[str, Any]) -> RequestContent:
        """Each prompt as a user message; prompts given as token numbers are left out."""
        given = body.get("prompt")
        texts = (
            [given] if isinstance(given, str) else [text for text in entries(given) if isinstance(text, str)]
        )
        return RequestContent(messages=[{"role": "user", "parts": [text_part(text)]} for text in texts])

    def answer(self, response: Mapping[str, Any]) -> Answer:
        reader = CompletionsStream()
        reader.add(response)
        return reader.answer()

    def stream(self) -> "CompletionsStream":
        """A reader for one streamed completion."""
        return CompletionsStream()


class CompletionsStream:
    """Collects the chunks of a completion; a whole completion is a stream of one chunk."""

    __slots__ = ("_reasons", "_texts", "_told")

    def __init__(self) -> None:
        self._told: Attributes = {}
        self._texts: dict[int, list[str]] = {}
        self._reasons: dict[int, str] = {}

    def add(self, chunk: object) -> None:
        said = fields(chunk)
        add_told(self._told, said)
        for choice in map(fields, entries(said.get("choices"))):
            index = choice["index"] if isinstance(choice.get("index"), int) else 0
            texts = self._texts.setdefault(index, [])
            if isinstance(choice.get("text"), str):
                texts.append(choice["text"])
            if isinstance(choice.get("finish_reason"), str):
                self._reasons[index] = choice["finish_reason"]

    def answer(self) -> Answer:
        """What the chunks so far amount to."""
        attributes = dict(self._told)
        answer = Answer(attributes, whole=bool(self._texts) and set(self._texts) == set(self._reasons))
        for index in sorted(self._texts):
            parts = [text_part("".join(self._texts[index]))]
            reason = {"finish_reason": self._reasons[index]} if index in self._reasons else {}
            answer.messages.append({"role": "assistant", "parts": parts, **reason})
        if self._reasons:
            attributes[semconv.RESPONSE_FINISH_REASONS] = [
                self._reasons[key] for key in sorted(self._reasons)
            ]
        if self._texts:
            answer.text = "".join(self._texts[min(self._texts)])
        return answer
