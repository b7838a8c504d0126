"""What an answer says, as its span tells."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry.trace import SpanKind, StatusCode

from support import openai_bodies as bodies
from support.replay_server import Exchange

from .conftest import Api, Recorded, chat
from .surfaces import RESPONSES, needs_responses


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


@pytest.mark.parametrize(
    ("path", "call", "usage", "told"),
    [
        (
            "chat/completions",
            chat,
            {
                "prompt_tokens": 30,
                "prompt_tokens_details": {
                    "cached_tokens": 0,
                    "cache_write_tokens": 9,
                    "audio_tokens": 20,
                    "image_tokens": 0,
                },
                "completion_tokens": 12,
                "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 8},
            },
            {
                "input_tokens": 30,
                "cache_read.input_tokens": 0,
                "cache_write.input_tokens": 9,
                "audio.input_tokens": 20,
                "output_tokens": 12,
                "reasoning.output_tokens": 0,
                "audio.output_tokens": 8,
            },
        ),
        (
            "images/generations",
            lambda api: api.client.images.generate(model="gpt-image-1", prompt="a cat"),
            {
                "input_tokens": 30,
                "input_tokens_details": {"text_tokens": 10, "image_tokens": 20},
                "output_tokens": 12,
                "output_tokens_details": {"text_tokens": 0, "image_tokens": 12},
            },
            {
                "input_tokens": 30,
                "image.input_tokens": 20,
                "output_tokens": 12,
                "image.output_tokens": 12,
            },
        ),
        (
            "audio/transcriptions",
            lambda api: api.client.audio.transcriptions.create(model="w", file=("a.wav", b"0")),
            {
                "type": "tokens",
                "input_tokens": 30,
                "input_token_details": {"audio_tokens": 30, "text_tokens": 0},
                "output_tokens": 12,
            },
            {"input_tokens": 30, "audio.input_tokens": 30, "output_tokens": 12},
        ),
    ],
    ids=["chat", "image", "transcript"],
)
def test_tokens_of_audio_and_images_are_told_where_there_are_any(
    path: str,
    call: Callable[[Api], object],
    usage: dict[str, Any],
    told: dict[str, int],
    recorded: Recorded,
    api: Callable[..., Api],
) -> None:
    body = bodies.chat_body() if call is chat else {"created": 1, "data": [], "text": "Hello"}
    call(api(Exchange(path, {**body, "usage": usage})))
    counts = {
        key.removeprefix("gen_ai.usage."): value
        for key, value in recorded.attributes.items()
        if key.startswith("gen_ai.usage.")
    }
    assert counts == told


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


def test_functions_from_before_there_were_tools_are_tools(
    recorded: Recorded, api: Callable[..., Api]
) -> None:
    function = {"name": "weather", "parameters": {"type": "object"}}
    body = bodies.chat_body(None, "function_call", function_call=bodies.TOOL_CALL["function"])
    chat(api(Exchange("chat/completions", body)), functions=[function])
    assert recorded.messages("gen_ai.tool.definitions") == [{**function, "type": "function"}]
    assert recorded.messages()[0]["parts"] == [
        {"type": "tool_call", "id": None, "name": "weather", "arguments": {"city": "Oslo"}}
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
