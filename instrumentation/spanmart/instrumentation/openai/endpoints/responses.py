"""The responses API: `POST /responses`, and `GET /responses/{id}` of one that was begun before."""

from collections.abc import Iterable, Mapping
from typing import Any

from spanmart.instrumentation import semconv
from spanmart.instrumentation.openai.endpoints.endpoint import (
    Answer,
    Attributes,
    Part,
    ReportedError,
    RequestContent,
)
from spanmart.instrumentation.openai.endpoints.messages import (
    content_parts,
    text_part,
    tool_call_part,
    tool_definition,
    tool_response_part,
)
from spanmart.instrumentation.openai.endpoints.parameters import (
    add_told,
    json_request,
    request_attributes,
    response_attributes,
    usage_attributes,
)
from spanmart.instrumentation.values import entries, fields

_TERMINAL = frozenset({"response.completed", "response.incomplete", "response.failed"})
_INCOMPLETE = {"max_output_tokens": "length", "content_filter": "content_filter"}
_CALLS = ("function_call", "custom_tool_call")


class Responses:
    """The responses endpoint; `retrieved` is the id of a response that was begun before."""

    def __init__(self, operation: str = "chat", retrieved: str | None = None) -> None:
        self.operation = operation
        self.retrieved = retrieved

    def request(self, body: Mapping[str, Any]) -> Attributes:
        """The parameters of a request for a response."""
        attributes = request_attributes(body)
        attributes[semconv.OPENAI_API_TYPE] = "responses"
        attributes.update(json_request(body))
        return attributes

    def content(self, body: Mapping[str, Any]) -> RequestContent:
        """Input items as messages, the instructions apart, and the tools."""
        given = body.get("input")
        items = [{"role": "user", "content": given}] if isinstance(given, str) else entries(given)
        return RequestContent(
            messages=[_message(fields(item)) for item in items],
            system=list(content_parts(body.get("instructions"))),
            tools=[tool_definition(tool) for tool in entries(body.get("tools"))],
        )

    def answer(self, response: Mapping[str, Any]) -> Answer:
        """What a whole response says."""
        items = [fields(item) for item in entries(response.get("output"))]
        attributes = {**response_attributes(response), **usage_attributes(response.get("usage"))}
        status = response.get("status")
        if isinstance(status, str):
            attributes[semconv.RESPONSE_STATUS] = status
        answer = _answer(attributes, items, _finish_reason(response, items))
        if status == "failed" or response.get("error"):
            answer.error = reported(fields(response.get("error")))
        return answer

    def stream(self) -> "ResponsesStream":
        """A reader for one streamed response."""
        return ResponsesStream(self)


class ResponsesStream:
    """Collects the events of a streamed response.

    The last event holds the whole response; what came before is only put together where that one is missing.
    """

    __slots__ = ("_deltas", "_endpoint", "_error", "_items", "_response", "_told", "_whole")

    def __init__(self, endpoint: Responses) -> None:
        self._endpoint = endpoint
        self._response: Mapping[str, Any] = {}
        self._told: Attributes = {}
        self._whole = False
        self._items: dict[int, Mapping[str, Any]] = {}
        self._deltas: dict[int, list[str]] = {}
        self._error: ReportedError | None = None

    def add(self, chunk: object) -> None:
        event = fields(chunk)
        if event.get("event") == "error":  # as the first clients with this API give it to the app
            event = fields(event.get("data"))
        delta = event.get("delta")
        kind = event.get("type")
        if isinstance(delta, str):
            if kind in _TEXT_DELTAS:
                self._deltas.setdefault(_index(event), []).append(delta)
        elif event.get("response") is not None:
            self._response = fields(event["response"])
            add_told(self._told, self._response)
            self._whole = kind in _TERMINAL
        elif event.get("item") is not None:
            self._items[_index(event)] = fields(event["item"])
        elif kind == "error":
            self._error = reported(event)

    def answer(self) -> Answer:
        """What the events so far amount to."""
        if self._whole:
            answer = self._endpoint.answer(self._response)
            answer.attributes = {**self._told, **answer.attributes}
            return answer
        attributes = dict(self._told)
        places = sorted({*self._items, *self._deltas})
        answer = _answer(attributes, [self._item(place) for place in places], None)
        answer.error = self._error
        return answer

    def _item(self, place: int) -> Mapping[str, Any]:
        """The item at one place of the output, with what it has streamed if it was not finished."""
        item = self._items.get(place, {"type": "message"})
        streamed = "".join(self._deltas.get(place, ()))
        if item.get("status") == "completed" or not streamed:
            return item
        if item.get("type") in _CALLS:
            return {**item, "arguments": streamed}
        return {**item, "content": [{"type": "output_text", "text": streamed}]}


_TEXT_DELTAS = frozenset(
    {
        "response.output_text.delta",
        "response.refusal.delta",
        "response.function_call_arguments.delta",
        "response.custom_tool_call_input.delta",
    }
)


def reported(error: Mapping[str, Any]) -> ReportedError:
    """The error that a response or an `error` event tells of."""
    code = error.get("code") or error.get("type") or "response_failed"
    message = error.get("message")
    return ReportedError(str(code), message if isinstance(message, str) else "The response failed.")


def _answer(attributes: Attributes, items: list[Mapping[str, Any]], reason: str | None) -> Answer:
    """The output items as one message of the assistant's."""
    answer = Answer(attributes, whole=reason is not None)
    parts = [part for item in items for part in _output_parts(item)]
    if reason is not None:
        attributes[semconv.RESPONSE_FINISH_REASONS] = [reason]
    if parts:
        message: Part = {"role": "assistant", "parts": parts}
        answer.messages.append(message if reason is None else {**message, "finish_reason": reason})
    answer.text = "".join(str(part["content"]) for part in parts if part["type"] == "text") or None
    answer.refusal = "".join(str(part["content"]) for part in parts if part["type"] == "refusal") or None
    answer.parsed = any(_is_parsed(item) for item in items)
    answer.calls_tools = any(part["type"] == "tool_call" for part in parts)
    return answer


def _is_parsed(item: Mapping[str, Any]) -> bool:
    return any(fields(part).get("parsed") is not None for part in entries(item.get("content")))


def _finish_reason(response: Mapping[str, Any], items: list[Mapping[str, Any]]) -> str | None:
    """Why the model stopped, in the chat API's words; None while it has not."""
    status = response.get("status")
    if status == "completed":
        return "tool_calls" if items and items[-1].get("type") in _CALLS else "stop"
    if status == "incomplete":
        said = fields(response.get("incomplete_details")).get("reason")
        return _INCOMPLETE.get(said, said) if isinstance(said, str) else "length"
    return None


def _message(item: Mapping[str, Any]) -> Part:
    """One input item as a message."""
    kind = item.get("type", "message")
    if kind == "message":
        return {"role": item.get("role") or "user", "parts": list(content_parts(item.get("content")))}
    if kind in ("function_call_output", "custom_tool_call_output"):
        return {"role": "tool", "parts": [tool_response_part(item.get("call_id"), item.get("output"))]}
    return {"role": "assistant", "parts": list(_output_parts(item))}


def _output_parts(item: Mapping[str, Any]) -> Iterable[Part]:
    """One output item as parts of the assistant's message."""
    kind = item.get("type")
    if kind == "message":
        yield from content_parts(item.get("content"))
    elif kind in _CALLS:
        arguments = item.get("arguments", item.get("input"))
        yield tool_call_part(item.get("call_id"), item.get("name"), arguments)
    elif kind == "reasoning":
        for text in (*entries(item.get("summary")), *entries(item.get("content"))):
            yield {"type": "reasoning", "content": fields(text).get("text")}
    elif isinstance(kind, str) and kind.endswith("_call"):
        yield {"type": "server_tool_call", "id": item.get("id"), "name": kind, "server_tool_call": dict(item)}
    elif item:
        yield dict(item) if kind else text_part(item.get("content"))


def _index(event: Mapping[str, Any]) -> int:
    place = event.get("output_index")
    return place if isinstance(place, int) else 0
