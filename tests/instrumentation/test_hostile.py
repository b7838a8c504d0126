"""Input that is odd, wrong or enormous: nothing is raised into the app, nothing of its is consumed."""

import enum
import json
from collections.abc import Callable, Iterator
from typing import Any

import openai
import pydantic
import pytest
from openai.types.chat import ChatCompletionMessage
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import StatusCode

from spanmart.instrumentation import instrument, interaction, uninstrument
from support import openai_bodies as bodies
from support.replay_server import Exchange

from .conftest import Api, Recorded
from .surfaces import CHAT, CHAT_STREAM

USER = {"role": "user", "content": "Hello"}


def chat(api: Callable[..., Api], **arguments: Any) -> Any:
    connected = api(Exchange("chat/completions", bodies.chat_body()))
    answer = connected.client.chat.completions.create(**{**CHAT, **arguments})
    return answer, json.loads(connected.server.received[0].body)


def generated(*items: Any) -> Iterator[Any]:
    yield from items


@pytest.mark.parametrize(
    "arguments",
    [
        {"messages": generated(USER)},
        {"messages": (USER,)},
        {"messages": [USER], "tools": generated({"type": "function", "function": {"name": "f"}})},
        {"messages": [{"role": "user", "content": generated({"type": "text", "text": "Hello"})}]},
        {"messages": generated({"role": "user", "content": generated({"type": "text", "text": "Hello"})})},
        {"messages": [USER], "stop": generated("a", "b")},
    ],
    ids=["messages", "a tuple", "tools", "content parts", "nested", "stop"],
)
def test_the_server_gets_what_a_generator_gives(
    arguments: dict[str, Any], recorded: Recorded, api: Callable[..., Api]
) -> None:
    try:
        _, sent = chat(api, **arguments)
    except TypeError:  # the client itself does not take a generator here
        assert recorded.span.status.status_code is StatusCode.ERROR
        return
    assert sent["messages"][0]["content"] in ("Hello", [{"type": "text", "text": "Hello"}])
    if "tools" in arguments:
        assert sent["tools"][0]["function"]["name"] == "f"
    assert recorded.messages("gen_ai.input.messages")[0]["parts"] == [{"type": "text", "content": "Hello"}]


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [ChatCompletionMessage(role="assistant", content="Hello")],
        [{"role": "user", "content": None}],
        [{"role": "user"}],
        [{"content": "Hello"}],
        [{"role": "user", "content": []}],
        [{"role": "user", "content": [{}]}],
        [{"role": "user", "content": [{"type": None}]}],
        [{"role": "user", "content": [{"type": "image_url", "image_url": None}]}],
        [{"role": "user", "content": [{"type": "file"}]}],
        [{"role": "user", "content": {"nested": {"deeply": ["x"]}}}],
        [{"role": "user", "content": 10**400}],
        [{"role": 7, "content": True}],
        [{"role": "assistant", "tool_calls": None, "function_call": {}}],
        [{"role": "assistant", "tool_calls": [None, 3, {}]}],
        [{"role": "assistant", "tool_calls": [{"function": {"name": None, "arguments": "{not json"}}]}],
        [{"role": "tool"}],
        ["just text"],
        [None],
        "not a list",
        {"role": "user"},
        [{"role": "user", "content": "\x00\x1f\u2028 <script> \N{PILE OF POO}"}],
        [{"role": "user", "content": "x" * 10_000_000}],
    ],
    ids=lambda value: str(value)[:40],
)
def test_messages_of_any_shape_pass(messages: Any, recorded: Recorded, api: Callable[..., Api]) -> None:
    answer, sent = chat(api, messages=messages)
    assert answer.choices[0].message.content == "Hello there"
    assert sent["model"] == "gpt-4o-mini"
    assert json.loads(recorded.attributes.get("gen_ai.input.messages", "[]")) is not None


def test_very_long_text_is_recorded_whole(recorded: Recorded, api: Callable[..., Api]) -> None:
    text = "äß\N{PILE OF POO}" * 200_000
    chat(api, messages=[{"role": "user", "content": text}])
    assert recorded.messages("gen_ai.input.messages")[0]["parts"][0]["content"] == text


@pytest.mark.parametrize(
    "parameters",
    [
        {"temperature": float("inf")},
        {"seed": 10**30},
        {"n": 10**30},
        {"temperature": "hot"},
        {"stop": []},
        {"stop": [None, 1, "x"]},
        {"metadata": {"a": "b"}},
        {"extra_body": {"reasoning_effort": 3}},
        {"response_format": {"type": "json_schema"}},
        {"response_format": "json"},
        {"extra_body": {"model": None, "anything": [1, {"x": None}]}},
    ],
    ids=str,
)
def test_parameters_of_any_value_pass(
    parameters: dict[str, Any], recorded: Recorded, api: Callable[..., Api]
) -> None:
    try:
        chat(api, **parameters)
    except ValueError as error:  # the client's own: JSON has no infinity
        assert "JSON" in str(error)
    assert len(recorded.spans) == 1


def test_lone_surrogates_from_the_server_are_recorded_as_valid_text(
    recorded: Recorded, api: Callable[..., Api]
) -> None:
    body = json.dumps(bodies.chat_body("a\ud83db")).encode()
    connected = api(Exchange("chat/completions", body, headers={"content-type": "application/json"}))
    answer = connected.client.chat.completions.create(**CHAT)
    assert answer.choices[0].message.content == "a\ud83db"
    assert recorded.messages()[0]["parts"][0]["content"] == "a\ufffdb"


def test_a_character_that_was_cut_in_two_chunks_is_whole_again(
    recorded: Recorded, api: Callable[..., Api]
) -> None:
    connected = api(Exchange("chat/completions", bodies.chat_chunks("\ud83d", "\ude00")))
    list(connected.client.chat.completions.create(**CHAT_STREAM))
    assert recorded.messages()[0]["parts"][0]["content"] == "\N{GRINNING FACE}"


ODD_CHUNKS: list[Any] = [
    {},
    {"choices": None},
    {"choices": [None]},
    {"choices": [{}]},
    {"choices": [{"index": None, "delta": None}]},
    {"choices": [{"delta": {"content": ["a", {"text": "b"}, None]}}]},
    {"choices": [{"index": "0", "delta": {"content": 7}}]},
    {"choices": [{"index": 0, "delta": {"tool_calls": [{"id": "c", "function": {"arguments": "{}"}}]}}]},
    {"choices": [{"index": 0, "delta": {"tool_calls": [{"index": None, "function": None}]}}]},
    {"choices": [{"index": 0, "delta": {"tool_calls": [None]}}]},
    {"choices": [{"index": 0, "delta": {"function_call": {"name": "f", "arguments": "{"}}}]},
    {"choices": [{"index": 0, "delta": {"reasoning_content": "hm"}}]},
    {"choices": [{"index": 0, "delta": {"content": "x"}, "finish_reason": 3}]},
    {"id": None, "model": 5, "usage": "many"},
    {"usage": {"prompt_tokens": "3", "completion_tokens": None}},
    {"choices": {"not": "a list"}},
    [],
    7,
    None,
    "text",
]


@pytest.mark.parametrize("chunk", ODD_CHUNKS, ids=json.dumps)
def test_odd_chunks_reach_the_app_as_without_instrumentation(
    chunk: Any, recorded: Recorded, api: Callable[..., Api], caplog: pytest.LogCaptureFixture
) -> None:
    sent = json.dumps(chunk) if isinstance(chunk, str) else chunk
    events = [
        bodies.chat_chunk({"content": "Hi"}),
        sent if isinstance(sent, dict) else f"data: {json.dumps(chunk)}",
    ]

    def read() -> list[Any]:
        connected = api(Exchange("chat/completions", [*events, *bodies.chat_chunks("!")]))
        try:
            return [repr(part) for part in connected.client.chat.completions.create(**CHAT_STREAM)]
        except Exception as error:
            return [repr(error)]

    with_it = read()
    assert len(recorded.spans) == 1
    uninstrument()
    assert with_it == read()
    assert not [record for record in caplog.records if record.name.startswith("spanmart")]


@pytest.mark.parametrize(
    "body",
    [
        {"choices": [{"message": None}]},
        {"choices": [{"index": None, "message": {"content": {"a": 1}}}]},
        {"choices": [{"message": {"content": ["a", {"type": "text", "text": "b"}]}}]},
        {"choices": "none", "usage": []},
        {"usage": {"prompt_tokens": 10**30, "completion_tokens": -1, "prompt_tokens_details": "x"}},
        {"id": 5, "model": ["m"], "choices": [{"finish_reason": ["stop"], "message": {"tool_calls": {}}}]},
        {"choices": [{"message": {"tool_calls": [{"function": {"name": "f", "arguments": "[" * 100_000}}]}}]},
        {"error": {"message": "inside a 200"}},
    ],
    ids=lambda value: json.dumps(value)[:60],
)
def test_odd_answers_pass(
    body: dict[str, Any], recorded: Recorded, api: Callable[..., Api], caplog: pytest.LogCaptureFixture
) -> None:
    api(Exchange("chat/completions", body)).client.chat.completions.create(**CHAT)
    assert len(recorded.spans) == 1
    assert not [record for record in caplog.records if record.name.startswith("spanmart")]


Model = enum.Enum("Model", {"MINI": "gpt-4o-mini"}, type=str)


class Message(pydantic.BaseModel):
    role: str
    content: str


class Counting(list[Any]):
    """A list that knows how often it was read."""

    reads = 0

    def __iter__(self) -> Iterator[Any]:
        Counting.reads += 1
        return super().__iter__()


def read_often(read: Callable[[], Any]) -> int:
    Counting.reads = 0
    read()
    return Counting.reads


def test_a_member_of_an_enum_is_recorded_as_it_is_sent(recorded: Recorded, api: Callable[..., Api]) -> None:
    _, sent = chat(api, model=Model.MINI)
    assert sent["model"] == recorded.attributes["gen_ai.request.model"] == "gpt-4o-mini"
    assert recorded.span.name == "chat gpt-4o-mini"


def test_a_model_of_the_apps_own_is_a_message(recorded: Recorded, api: Callable[..., Api]) -> None:
    _, sent = chat(api, messages=[Message(role="user", content="Hello")])
    assert sent["messages"] == [{"role": "user", "content": "Hello"}]
    assert recorded.messages("gen_ai.input.messages")[0]["parts"] == [{"type": "text", "content": "Hello"}]


def test_a_list_of_the_apps_own_is_read_as_often_as_without(
    recorded: Recorded, api: Callable[..., Api]
) -> None:
    def call() -> None:
        chat(api, messages=Counting([USER]), extra_body={"labels": Counting(["a"])})

    with_it = read_often(call)
    uninstrument()
    assert with_it == read_often(call)
    assert len(recorded.spans) == 1


def test_a_request_without_options_is_the_clients_to_refuse(api: Callable[..., Api]) -> None:
    connected = api()

    def refusal() -> str:
        with pytest.raises(TypeError) as raised:
            connected.client.request(object)  # type: ignore[call-overload]
        return str(raised.value)

    without = refusal()
    instrument(tracer_provider=TracerProvider())
    try:
        assert refusal() == without
    finally:
        uninstrument()


class Unfriendly:
    """Raises whatever is done with it."""

    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__

    def __bool__(self) -> bool:
        raise RuntimeError("neither true nor false")


def test_values_that_cannot_be_written_down_are_named_by_their_type(
    recorded: Recorded, api: Callable[..., Api]
) -> None:
    circle: list[Any] = []
    circle.append(circle)
    with interaction("t", context={"a": Unfriendly(), 3: circle}, metadata={"b": float("nan"), "c": {1, 2}}):
        chat(api)
    attributes = recorded.attributes
    assert attributes["spanmart.context.a"] == '"<Unfriendly>"'
    assert "circular" in attributes["spanmart.context.3"]
    assert attributes["spanmart.metadata.c"] == '["1","2"]'


class BrokenError(Exception):
    """An exception that cannot even be shown."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


def test_an_exception_that_cannot_be_shown_is_recorded_by_its_type(recorded: Recorded) -> None:
    def broken(_: Any) -> Any:
        raise BrokenError

    http = pytest.importorskip("httpx2")
    client = openai.OpenAI(api_key="k", max_retries=0, http_client=http.Client(auth=broken))
    with pytest.raises(Exception) as raised:  # whatever the client makes of it
        client.chat.completions.create(**CHAT)
    assert recorded.span.status.status_code is StatusCode.ERROR
    assert recorded.attributes["error.type"].endswith(type(raised.value).__qualname__)


def test_telemetry_that_fails_is_said_once(api: Callable[..., Api], caplog: pytest.LogCaptureFixture) -> None:
    class FailingProvider(TracerProvider):
        def get_tracer(self, *_: Any, **__: Any) -> Any:
            raise RuntimeError("no tracer today")

    instrument(tracer_provider=FailingProvider())
    try:
        for _ in range(3):
            answer, _ = chat(api)
            assert answer.choices[0].message.content == "Hello there"
    finally:
        uninstrument()
    said = [record for record in caplog.records if record.name == "spanmart.instrumentation"]
    assert len(said) == 1
    assert "no tracer today" in said[0].getMessage()


def test_a_span_processor_that_fails_does_not_reach_the_app(api: Callable[..., Api]) -> None:
    class FailingProcessor:
        def on_start(self, *_: Any, **__: Any) -> None:
            """Start is fine."""

        def _on_ending(self, *_: Any) -> None:
            """Ending is, too."""

        def on_end(self, _: Any) -> None:
            raise RuntimeError("no ending today")

        def shutdown(self) -> None:
            """Nothing to do."""

    provider = TracerProvider()
    provider.add_span_processor(FailingProcessor())  # type: ignore[arg-type]
    instrument(tracer_provider=provider)
    try:
        answer, _ = chat(api)
    finally:
        uninstrument()
    assert answer.choices[0].message.content == "Hello there"
