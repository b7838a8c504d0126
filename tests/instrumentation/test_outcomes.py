"""How a call went, as its span tells: answers of every kind, errors of every kind."""

import asyncio
import json
import socket
from collections.abc import Callable
from typing import Any

import openai
import pytest
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.trace import SpanKind, StatusCode

from spanmart.instrumentation.recorder import server
from support import openai_bodies as bodies
from support.replay_server import Exchange

from .conftest import Api, Recorded
from .surfaces import CHAT, HAS_RESPONSES, RESPONSES, SURFACES, Greeting

needs_responses = pytest.mark.skipif(not HAS_RESPONSES, reason="an older client")


def chat(api: Api, **arguments: Any) -> Any:
    return api.client.chat.completions.create(**{**CHAT, **arguments})


def test_an_answer_is_recorded_with_all_that_it_says(recorded: Recorded, api: Callable[..., Api]) -> None:
    connected = api(Exchange("chat/completions", bodies.chat_body(), headers={"x-request-id": "req_1"}))
    chat(connected, temperature=0.5, max_tokens=100, seed=7, stop="END", n=2)
    span, attributes = recorded.span, recorded.attributes
    assert (span.name, span.kind, span.status.status_code) == (
        "chat gpt-4o-mini",
        SpanKind.CLIENT,
        StatusCode.UNSET,
    )
    assert {key: attributes[key] for key in attributes if "messages" not in key} == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "openai.api.type": "chat_completions",
        "server.address": "127.0.0.1",
        "server.port": int(connected.server.base_url.rpartition(":")[2].removesuffix("/v1")),
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.max_tokens": 100,
        "gen_ai.request.seed": 7,
        "gen_ai.request.stop_sequences": ("END",),
        "gen_ai.request.choice.count": 2,
        "gen_ai.response.id": "chatcmpl-1",
        "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 12,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.usage.cache_read.input_tokens": 4,
        "gen_ai.usage.reasoning.output_tokens": 2,
        "http.response.status_code": 200,
        "spanmart.response.request_id": "req_1",
    }
    assert recorded.messages("gen_ai.input.messages") == [
        {"role": "system", "parts": [{"type": "text", "content": "You are brief."}]},
        {"role": "user", "parts": [{"type": "text", "content": "Say hello."}]},
    ]
    assert recorded.messages() == [
        {"role": "assistant", "parts": [{"type": "text", "content": "Hello there"}], "finish_reason": "stop"}
    ]


def test_choices_are_told_in_the_order_of_their_index(recorded: Recorded, api: Callable[..., Api]) -> None:
    choices = [
        {"index": index, "finish_reason": reason, "message": {"role": "assistant", "content": f"{index}"}}
        for index, reason in ((1, "length"), (0, "stop"))
    ]
    chat(api(Exchange("chat/completions", {**bodies.chat_body(), "choices": choices})), n=2)
    assert [message["parts"][0]["content"] for message in recorded.messages()] == ["0", "1"]
    assert recorded.attributes["gen_ai.response.finish_reasons"] == ("stop", "length")


def test_a_tool_call_keeps_its_arguments(recorded: Recorded, api: Callable[..., Api]) -> None:
    body = bodies.chat_body(None, "tool_calls", tool_calls=[bodies.TOOL_CALL])
    tool = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
    chat(api(Exchange("chat/completions", body)), tools=[tool])
    (message,) = recorded.messages()
    assert message["parts"] == [
        {"type": "tool_call", "id": "call_1", "name": "weather", "arguments": {"city": "Oslo"}}
    ]
    assert recorded.messages("gen_ai.tool.definitions") == [
        {"type": "function", "name": "weather", "parameters": {"type": "object"}}
    ]


def test_the_answer_of_a_tool_is_told_as_one(recorded: Recorded, api: Callable[..., Api]) -> None:
    asked = {"role": "assistant", "content": None, "tool_calls": [bodies.TOOL_CALL]}
    answered = {"role": "tool", "tool_call_id": "call_1", "content": "rain"}
    chat(api(Exchange("chat/completions", bodies.chat_body())), messages=[asked, answered])
    asking, answering = recorded.messages("gen_ai.input.messages")
    assert (asking["role"], asking["parts"][0]["name"]) == ("assistant", "weather")
    assert answering == {
        "role": "tool",
        "parts": [{"type": "tool_call_response", "id": "call_1", "response": "rain"}],
    }


def test_pictures_sound_and_files_are_parts_of_their_own(recorded: Recorded, api: Callable[..., Api]) -> None:
    content = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "input_audio", "input_audio": {"data": "BBBB", "format": "wav"}},
        {"type": "file", "file": {"file_id": "file-1"}},
        {"type": "hologram", "depth": 3},
    ]
    chat(
        api(Exchange("chat/completions", bodies.chat_body())), messages=[{"role": "user", "content": content}]
    )
    assert recorded.messages("gen_ai.input.messages")[0]["parts"] == [
        {"type": "text", "content": "What is this?"},
        {"type": "uri", "modality": "image", "uri": "https://example.org/a.png"},
        {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "AAAA"},
        {"type": "blob", "modality": "audio", "mime_type": "wav", "content": "BBBB"},
        {"type": "file", "modality": "file", "file_id": "file-1"},
        {"type": "hologram", "depth": 3},
    ]


def test_a_refusal_is_told_apart_from_an_answer(recorded: Recorded, api: Callable[..., Api]) -> None:
    chat(api(Exchange("chat/completions", bodies.chat_body(None, refusal="I cannot help."))))
    assert recorded.attributes["spanmart.response.refusal"] == "I cannot help."
    assert recorded.messages()[0]["parts"] == [{"type": "refusal", "content": "I cannot help."}]


@needs_responses
@pytest.mark.parametrize(
    ("body", "reason", "status"),
    [
        (bodies.response_body(bodies.message_item("Hello")), "stop", "completed"),
        (bodies.response_body(bodies.CALL_ITEM), "tool_calls", "completed"),
        (
            bodies.response_body(
                bodies.message_item("Hel"),
                status="incomplete",
                incomplete_details={"reason": "max_output_tokens"},
            ),
            "length",
            "incomplete",
        ),
        (
            bodies.response_body(status="incomplete", incomplete_details={"reason": "content_filter"}),
            "content_filter",
            "incomplete",
        ),
    ],
    ids=["completed", "tool call", "too long", "filtered"],
)
def test_the_end_of_a_response_is_told_in_the_words_of_chat(
    body: dict[str, Any], reason: str, status: str, recorded: Recorded, api: Callable[..., Api]
) -> None:
    api(Exchange("responses", body)).client.responses.create(**RESPONSES)
    assert recorded.attributes["gen_ai.response.finish_reasons"] == (reason,)
    assert recorded.attributes["gen_ai.response.status"] == status
    assert json.loads(recorded.attributes["gen_ai.system_instructions"]) == [
        {"type": "text", "content": "You are brief."}
    ]


@needs_responses
def test_a_failed_response_is_an_error_though_its_http_status_is_200(
    recorded: Recorded, api: Callable[..., Api]
) -> None:
    body = bodies.response_body(
        status="failed", error={"code": "server_error", "message": "The model broke."}
    )
    api(Exchange("responses", body)).client.responses.create(**RESPONSES)
    assert recorded.span.status.status_code is StatusCode.ERROR
    assert recorded.span.status.description == "The model broke."
    assert recorded.attributes["error.type"] == recorded.attributes["spanmart.error.code"] == "server_error"
    assert recorded.attributes["http.response.status_code"] == 200


@needs_responses
def test_output_items_of_every_kind_are_parts(recorded: Recorded, api: Callable[..., Api]) -> None:
    items = [
        {"id": "rs_1", "type": "reasoning", "summary": [{"type": "summary_text", "text": "Think."}]},
        {"id": "ws_1", "type": "web_search_call", "status": "completed"},
        bodies.CALL_ITEM,
    ]
    sent = [
        {"role": "user", "content": [{"type": "input_text", "text": "Weather?"}]},
        {"type": "function_call_output", "call_id": "call_0", "output": "rain"},
    ]
    api(Exchange("responses", bodies.response_body(*items))).client.responses.create(model="m", input=sent)
    assert [part["type"] for part in recorded.messages()[0]["parts"]] == [
        "reasoning",
        "server_tool_call",
        "tool_call",
    ]
    assert [message["role"] for message in recorded.messages("gen_ai.input.messages")] == ["user", "tool"]


@pytest.mark.parametrize(
    ("status", "code", "error_type"),
    [
        (400, "context_length_exceeded", "openai.BadRequestError"),
        (401, "invalid_api_key", "openai.AuthenticationError"),
        (404, "model_not_found", "openai.NotFoundError"),
        (429, "rate_limit_exceeded", "openai.RateLimitError"),
        (500, None, "openai.InternalServerError"),
    ],
)
@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_an_error_is_told_in_openais_own_words(
    status: int,
    code: str | None,
    error_type: str,
    is_async: bool,
    recorded: Recorded,
    api: Callable[..., Api],
) -> None:
    body = bodies.error_body("This is what went wrong.", code)
    connected = api(Exchange("chat/completions", body, status=status, headers={"x-request-id": "req_1"}))
    with pytest.raises(openai.APIStatusError) as raised:
        if is_async:
            asyncio.run(connected.async_client.chat.completions.create(**CHAT))
        else:
            chat(connected)
    assert recorded.span.status.status_code is StatusCode.ERROR
    assert recorded.span.status.description == "This is what went wrong."
    attributes = recorded.attributes
    assert attributes["error.type"] == error_type
    assert attributes["http.response.status_code"] == status
    assert attributes["spanmart.response.request_id"] == "req_1"
    assert attributes.get("spanmart.error.code") == code
    (event,) = recorded.span.events
    assert event.name == "exception"
    assert event.attributes is not None
    assert event.attributes["exception.type"] == error_type
    assert event.attributes["exception.message"] == str(raised.value)
    trace = str(event.attributes["exception.stacktrace"])
    assert trace.startswith("Traceback (most recent call last):")
    assert "test_an_error_is_told_in_openais_own_words" in trace  # the app's own frames are in it
    assert "_base_client.py" in trace


def test_a_body_that_is_no_json_leaves_the_clients_message(
    recorded: Recorded, api: Callable[..., Api]
) -> None:
    with pytest.raises(openai.InternalServerError) as raised:
        chat(api(Exchange("chat/completions", b"<html>Bad gateway</html>", status=502)))
    assert recorded.span.status.description == str(raised.value)


def test_a_call_with_retries_is_one_span_that_counts_them(
    recorded: Recorded, api: Callable[..., Api]
) -> None:
    busy = Exchange(
        "chat/completions", bodies.error_body("Slow down."), status=429, headers={"retry-after-ms": "1"}
    )
    chat(api(busy, busy, Exchange("chat/completions", bodies.chat_body()), max_retries=3))
    assert recorded.attributes["http.request.resend_count"] == 2
    assert recorded.span.status.status_code is StatusCode.UNSET


def test_a_call_that_fails_after_all_retries_counts_them(recorded: Recorded, api: Callable[..., Api]) -> None:
    busy = Exchange(
        "chat/completions", bodies.error_body("Slow down."), status=429, headers={"retry-after-ms": "1"}
    )
    with pytest.raises(openai.RateLimitError):
        chat(api(busy, max_retries=2))
    assert recorded.attributes["http.request.resend_count"] == 2


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_a_timeout_is_an_error(is_async: bool, recorded: Recorded, api: Callable[..., Api]) -> None:
    connected = api(Exchange("chat/completions", bodies.chat_body(), stall_after=0), timeout=0.2)
    with pytest.raises(openai.APITimeoutError):
        if is_async:
            asyncio.run(connected.async_client.chat.completions.create(**CHAT))
        else:
            chat(connected)
    assert recorded.attributes["error.type"] == "openai.APITimeoutError"
    assert recorded.span.status.description == "Request timed out."
    assert "http.response.status_code" not in recorded.attributes


def test_a_refused_connection_is_an_error(recorded: Recorded) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
    with pytest.raises(openai.APIConnectionError):
        openai.OpenAI(base_url=address, api_key="k", max_retries=0).chat.completions.create(**CHAT)
    assert recorded.attributes["error.type"] == "openai.APIConnectionError"
    assert recorded.span.status.description == "Connection error."


def test_a_cancelled_call_is_one_span(recorded: Recorded, api: Callable[..., Api]) -> None:
    connected = api(Exchange("chat/completions", bodies.chat_body(), stall_after=0))

    async def cancelled() -> None:
        task = asyncio.create_task(connected.async_client.chat.completions.create(**CHAT))
        while not connected.server.received:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert recorded.attributes["error.type"] == "asyncio.exceptions.CancelledError"


class TestStructuredOutput:
    """JSON that was asked for, and whether it came."""

    def test_what_parse_returned_is_recorded(self, recorded: Recorded, api: Callable[..., Api]) -> None:
        text = '{"greeting": "hello"}'
        parsed = SURFACES["chat parse"][2](api(Exchange("chat/completions", bodies.chat_body(text))).client)
        assert parsed.choices[0].message.parsed == Greeting(greeting="hello")
        assert recorded.attributes["spanmart.response.structured_output"] == text
        assert recorded.attributes["spanmart.response.structured_output.valid"] is True
        assert recorded.attributes["spanmart.request.schema_name"] == "Greeting"
        assert recorded.attributes["gen_ai.output.type"] == "json"

    def test_json_that_does_not_fit_the_schema_is_not_valid(
        self, recorded: Recorded, api: Callable[..., Api]
    ) -> None:
        with pytest.raises(ValueError, match="greeting"):
            SURFACES["chat parse"][2](
                api(Exchange("chat/completions", bodies.chat_body('{"other": 1}'))).client
            )
        assert recorded.attributes["spanmart.response.structured_output.valid"] is False
        assert recorded.attributes["gen_ai.usage.output_tokens"] == 5
        assert recorded.span.status.status_code is StatusCode.ERROR

    def test_what_parse_refuses_for_its_length_is_recorded_with_its_tokens(
        self, recorded: Recorded, api: Callable[..., Api]
    ) -> None:
        connected = api(Exchange("chat/completions", bodies.chat_body('{"greeting": "hel', "length")))
        with pytest.raises(openai.LengthFinishReasonError):
            SURFACES["chat parse"][2](connected.client)
        attributes = recorded.attributes
        assert attributes["gen_ai.usage.output_tokens"] == 5
        assert attributes["gen_ai.response.finish_reasons"] == ("length",)
        assert attributes["spanmart.response.structured_output.valid"] is False
        assert recorded.messages()[0]["parts"][0]["content"] == '{"greeting": "hel'

    def test_json_asked_for_without_a_schema_is_checked_too(
        self, recorded: Recorded, api: Callable[..., Api]
    ) -> None:
        chat(
            api(Exchange("chat/completions", bodies.chat_body("Sorry!"))),
            response_format={"type": "json_object"},
        )
        assert recorded.attributes["spanmart.response.structured_output.valid"] is False
        assert "spanmart.response.structured_output" not in recorded.attributes

    def test_text_that_was_not_asked_to_be_json_is_not_judged(
        self, recorded: Recorded, api: Callable[..., Api]
    ) -> None:
        chat(api(Exchange("chat/completions", bodies.chat_body("{}"))))
        assert "spanmart.response.structured_output.valid" not in recorded.attributes

    @needs_responses
    def test_the_responses_api_names_its_schema(self, recorded: Recorded, api: Callable[..., Api]) -> None:
        text = '{"greeting": "hello"}'
        body = bodies.response_body(bodies.message_item(text))
        SURFACES["responses parse"][2](api(Exchange("responses", body)).client)
        assert recorded.attributes["spanmart.request.schema_name"] == "Greeting"
        assert recorded.attributes["spanmart.response.structured_output"] == text


@pytest.mark.parametrize(
    ("call", "path", "body", "operation"),
    [
        (lambda c: c.embeddings.create(model="e", input="a"), "embeddings", bodies.EMBEDDINGS, "embeddings"),
        (
            lambda c: c.completions.create(model="i", prompt="a"),
            "completions",
            bodies.COMPLETION,
            "text_completion",
        ),
        (
            lambda c: c.images.generate(model="g", prompt="a"),
            "images/generations",
            {"created": 1, "data": [], "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}},
            "generate_content",
        ),
        (
            lambda c: c.audio.speech.create(model="t", voice="alloy", input="a"),
            "audio/speech",
            b"\x00\x01",
            "generate_content",
        ),
        (
            lambda c: c.audio.transcriptions.create(model="w", file=("a.wav", b"0")),
            "audio/transcriptions",
            {"text": "a"},
            "transcription",
        ),
        (
            lambda c: c.moderations.create(model="m", input="a"),
            "moderations",
            {"id": "modr-1", "model": "m", "results": []},
            "moderation",
        ),
        (lambda c: c.models.list(), "models", {"object": "list", "data": []}, "models.retrieve"),
        (
            lambda c: c.batches.cancel("batch_1"),
            "batches/batch_1/cancel",
            {"id": "batch_1"},
            "batches.create",
        ),
        (
            lambda c: c.files.delete("file-1"),
            "files/file-1",
            {"id": "file-1", "deleted": True},
            "files.delete",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "/" not in value else "",
)
def test_every_endpoint_has_its_operation(
    call: Callable[[Any], Any],
    path: str,
    body: Any,
    operation: str,
    recorded: Recorded,
    api: Callable[..., Api],
) -> None:
    call(api(Exchange(path, body)).client)
    assert recorded.attributes["gen_ai.operation.name"] == operation
    assert recorded.attributes["http.response.status_code"] == 200
    assert recorded.span.status.status_code is StatusCode.UNSET


def test_azure_is_told_apart(recorded: Recorded, api: Callable[..., Api]) -> None:
    connected = api(Exchange("openai/deployments/gpt-4o-mini/chat/completions", bodies.chat_body()))
    endpoint = connected.server.base_url.removesuffix("/v1")
    client = openai.AzureOpenAI(azure_endpoint=endpoint, api_key="k", api_version="2024-10-21", max_retries=0)
    client.chat.completions.create(**CHAT)
    assert recorded.attributes["gen_ai.provider.name"] == "azure.ai.openai"
    assert recorded.span.name == "chat gpt-4o-mini"


@pytest.mark.parametrize(
    ("base_url", "provider"),
    [
        ("https://api.openai.com/v1/", "openai"),
        ("https://mine.openai.azure.com/openai/", "azure.ai.openai"),
        ("https://api.groq.com/openai/v1/", "groq"),
        ("http://localhost:8000/v1/", "openai"),
    ],
)
def test_the_provider_is_known_by_its_address(base_url: str, provider: str) -> None:
    assert server(base_url, azure=False)["gen_ai.provider.name"] == provider


def test_a_client_made_by_with_options_is_recorded(recorded: Recorded, api: Callable[..., Api]) -> None:
    connected = api(Exchange("chat/completions", bodies.chat_body()))
    connected.client.with_options(timeout=60).chat.completions.create(**CHAT)
    assert recorded.span.name == "chat gpt-4o-mini"


def test_suppressed_instrumentation_is_suppressed(recorded: Recorded, api: Callable[..., Api]) -> None:
    connected = api(Exchange("chat/completions", bodies.chat_body()))
    with suppress_instrumentation():
        chat(connected)
    assert not recorded.spans


def test_the_span_is_the_parent_of_what_the_http_library_records(
    recorded: Recorded, api: Callable[..., Api], providers: Any
) -> None:
    connected = api(Exchange("chat/completions", bodies.chat_body()))

    def sending(_: Any) -> None:
        providers[0].get_tracer("http").start_span("POST").end()

    connected.client._client.event_hooks["request"].append(sending)
    chat(connected)
    http, call = recorded.spans
    assert http.parent is not None
    assert call.context is not None
    assert http.parent.span_id == call.context.span_id
    assert call.parent is None
