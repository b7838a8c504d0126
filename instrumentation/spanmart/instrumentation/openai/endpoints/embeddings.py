"""Embeddings: `POST /embeddings`."""

from collections.abc import Mapping
from typing import Any

from spanmart.instrumentation.openai.endpoints.endpoint import Answer, Attributes, RequestContent
from spanmart.instrumentation.openai.endpoints.messages import text_part
from spanmart.instrumentation.openai.endpoints.other import OneAnswer
from spanmart.instrumentation.openai.endpoints.parameters import (
    request_attributes,
    response_attributes,
    usage_attributes,
)
from spanmart.instrumentation.values import entries


class Embeddings:
    """The embeddings endpoint. Vectors are never read: they can be megabytes and say nothing of the call."""

    operation = "embeddings"

    def request(self, body: Mapping[str, Any]) -> Attributes:
        """The parameters of a request for embeddings."""
        return request_attributes(body)

    def content(self, body: Mapping[str, Any]) -> RequestContent:
        """Each text as a user message; texts given as token numbers are left out."""
        given = body.get("input")
        texts = (
            [given] if isinstance(given, str) else [text for text in entries(given) if isinstance(text, str)]
        )
        return RequestContent(messages=[{"role": "user", "parts": [text_part(text)]} for text in texts])

    def answer(self, response: Mapping[str, Any]) -> Answer:
        attributes = {**response_attributes(response), **usage_attributes(response.get("usage"))}
        return Answer(attributes, whole=True)

    def stream(self) -> OneAnswer:
        """Not streamed by any server known."""
        return OneAnswer(self.answer)
