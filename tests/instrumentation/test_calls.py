"""Which calls are recorded, under what operation and provider, and where in the trace."""

from collections.abc import Callable
from typing import Any

import openai
import pytest
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.trace import StatusCode

from spanmart.instrumentation.recorder import server
from support import openai_bodies as bodies
from support.replay_server import Exchange

from .conftest import Api, Recorded, chat
from .surfaces import CHAT


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
