"""Chat completions: `POST /chat/completions`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from spanmart.instrumentation import semconv
from spanmart.instrumentation.openai.endpoints.endpoint import Answer, Attributes, Part, RequestContent
from spanmart.instrumentation.openai.endpoints.messages import chat_message, tool_definition
from spanmart.instrumentation.openai.endpoints.parameters import (
    add_told,
    json_request,
    request_attributes,
    response_attributes,
    usage_attributes,
)
from spanmart.instrumentation.values import entries, extra_fields, fields


class Chat:
    """The chat endpoint."""

    operation = "chat"

    def request(self, body: Mapping[str, Any]) -> Attributes:
        """The parameters of a chat request."""
        attributes = request_attributes(body)
        attributes[semconv.OPENAI_API_TYPE] = "chat_completions"
        attributes.update(json_request(body))
        return attributes

    def content(self, body: Mapping[str, Any]) -> RequestContent:
        """The messages in their order, system messages among them, and the tools: once called functions."""
        return RequestContent(
            messages=[chat_message(message) for message in entries(body.get("messages"))],
            tools=[
                tool_definition(tool)
                for tool in (*entries(body.get("tools")), *entries(body.get("functions")))
            ],
        )

    def answer(self, response: Mapping[str, Any]) -> Answer:
        """What a chat completion says."""
        choices = [fields(choice) for choice in entries(response.get("choices"))]
        choices.sort(key=lambda choice: _index(choice.get("index")))
        attributes = {**response_attributes(response), **usage_attributes(response.get("usage"))}
        return _answer(
            attributes, [(choice.get("message"), choice.get("finish_reason")) for choice in choices]
        )

    def stream(self) -> "ChatStream":
        """A reader for one streamed completion."""
        return ChatStream()


# What few chunks have.
_RARITIES = ("tool_calls", "refusal", "function_call", "audio")


@dataclass(slots=True)
class _Choice:
    """One choice of a stream, as far as it has come."""

    texts: list[Any] = field(default_factory=list)
    refusals: list[Any] = field(default_factory=list)
    thoughts: list[Any] = field(default_factory=list)
    spoken: list[Any] = field(default_factory=list)
    calls: dict[int, dict[str, Any]] = field(default_factory=dict)
    function_call: dict[str, Any] | None = None
    finish_reason: object = None

    def message(self) -> dict[str, Any]:
        """The choice as the message that it would have been without streaming."""
        return {
            "role": "assistant",
            "reasoning_content": _join(self.thoughts),
            "content": _join(self.texts),
            "audio": {"transcript": _join(self.spoken)},
            "refusal": _join(self.refusals),
            "tool_calls": [self.calls[index] for index in sorted(self.calls)],
            "function_call": self.function_call,
        }


class ChatStream:
    """Collects the chunks of a streamed chat completion. `add` is the hot path: plain dict look-ups only."""

    __slots__ = ("_choices", "_texts", "_told")

    def __init__(self) -> None:
        self._told: Attributes = {}
        self._choices: dict[int, _Choice] = {}
        self._texts: list[Any] | None = None  # of the first choice, once it is there and the names are told

    def add(self, chunk: Any) -> None:
        try:  # nearly every one is a model with some more text of the first choice, and nothing else
            said = chunk.__dict__
            (choice,) = said["choices"]
            chosen = choice.__dict__
            delta = chosen["delta"].__dict__
            content = delta["content"]
            if (
                self._texts is not None
                and type(content) is str
                and content
                and chosen["index"] == 0
                and chosen["finish_reason"] is said["usage"] is delta["tool_calls"] is None
                and delta["refusal"] is delta["function_call"] is None
            ):
                self._texts.append(content)
                return
        except (AttributeError, KeyError, TypeError, ValueError):
            pass
        self._add(fields(chunk))

    def _add(self, said: Mapping[str, Any]) -> None:
        add_told(self._told, said)  # Azure's first chunk has an empty id or model
        choices = said.get("choices")
        if isinstance(choices, list):
            for choice in choices:
                self._add_choice(fields(choice))
        if 0 in self._choices and semconv.RESPONSE_ID in self._told and semconv.RESPONSE_MODEL in self._told:
            self._texts = self._choices[0].texts

    def _add_choice(self, choice: Mapping[str, Any]) -> None:
        index = choice.get("index")
        if not isinstance(index, int):
            index = 0
        collected = self._choices.get(index)
        if collected is None:
            collected = self._choices[index] = _Choice()
        reason = choice.get("finish_reason")
        if reason is not None:
            collected.finish_reason = reason
        delta = choice.get("delta")
        said = fields(delta)
        content = said.get("content")
        if content:
            collected.texts.append(content)
        elif extra := extra_fields(delta):
            _add_extra(collected, extra)
        if any(map(said.get, _RARITIES)):
            _add_rarities(collected, said)

    def answer(self) -> Answer:
        """What the chunks so far amount to."""
        attributes = dict(self._told)
        choices = [self._choices[index] for index in sorted(self._choices)]
        return _answer(attributes, [(choice.message(), choice.finish_reason) for choice in choices])


def _add_rarities(choice: _Choice, delta: Mapping[str, Any]) -> None:
    """What few chunks have: spoken words, a refusal, and pieces of calls."""
    spoken = fields(delta.get("audio")).get("transcript")
    if isinstance(spoken, str):
        choice.spoken.append(spoken)
    if delta.get("refusal"):
        choice.refusals.append(delta["refusal"])
    for call in entries(delta.get("tool_calls")):
        _add_call(choice.calls, fields(call))
    if delta.get("function_call"):
        choice.function_call = choice.function_call or {"name": None, "arguments": ""}
        _add_function(choice.function_call, fields(delta["function_call"]))


def _add_extra(choice: _Choice, extra: Mapping[str, Any]) -> None:
    """What the client's models do not know: reasoning."""
    thought = extra.get("reasoning_content") or extra.get("reasoning")
    if isinstance(thought, str):
        choice.thoughts.append(thought)


def _add_call(calls: dict[int, dict[str, Any]], delta: Mapping[str, Any]) -> None:
    """One piece of a tool call. Some servers leave the index out: then an id begins a call."""
    index = delta.get("index")
    if not isinstance(index, int):
        index = len(calls) if delta.get("id") or not calls else max(calls)
    call = calls.setdefault(index, {"id": None, "function": {"name": None, "arguments": ""}})
    call["id"] = call["id"] or delta.get("id")
    _add_function(call["function"], fields(delta.get("function") or delta.get("custom")))


def _add_function(function: dict[str, Any], delta: Mapping[str, Any]) -> None:
    function["name"] = function["name"] or delta.get("name")
    arguments = delta.get("arguments", delta.get("input"))
    if isinstance(arguments, str):
        function["arguments"] += arguments


def _answer(attributes: Attributes, choices: list[tuple[object, object]]) -> Answer:
    """The answer made of messages and their finish reasons, the first choice first."""
    answer = Answer(attributes, whole=bool(choices) and all(reason for _, reason in choices))
    for message, reason in choices:
        answer.messages.append(_output(message, reason))
    reasons = [reason for _, reason in choices if isinstance(reason, str)]
    if reasons:
        attributes[semconv.RESPONSE_FINISH_REASONS] = reasons
    if choices:
        first = fields(choices[0][0])
        answer.text = _join([first.get("content")])
        answer.refusal = first.get("refusal") or None
        answer.parsed = first.get("parsed") is not None
        answer.calls_tools = bool(first.get("tool_calls") or first.get("function_call"))
    return answer


def _output(message: object, reason: object) -> Part:
    output = chat_message(message)
    extra = extra_fields(message)
    thought = extra.get("reasoning_content") or extra.get("reasoning")
    if isinstance(thought, str):
        output["parts"].insert(0, {"type": "reasoning", "content": thought})
    if reason is not None:
        output["finish_reason"] = reason
    return output


def _join(pieces: list[Any]) -> str | None:
    """Pieces of text as one; some servers send content as a list of parts with text in them."""
    texts = []
    for piece in pieces:
        if isinstance(piece, str):
            texts.append(piece)
        else:
            texts += [
                said["text"] for said in map(fields, entries(piece)) if isinstance(said.get("text"), str)
            ]
    return "".join(texts) or None


def _index(index: object) -> int:
    return index if isinstance(index, int) else 0
