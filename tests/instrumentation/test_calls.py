"""Which calls are recorded, under what operation and provider, and where in the trace."""

from collections.abc import Callable
from typing import Any

import openai
import pytest
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.trace import INVALID_SPAN_CONTEXT, StatusCode

from spanmart.instrumentation import interaction
from spanmart.instrumentation.interactions.interaction import interaction_id
from spanmart.instrumentation.openai.recorder import server
from spanmart.instrumentation.openai.response_origins import Origin, Origins
from support import openai_bodies as bodies
from support.replay_server import Exchange

from .conftest import Api, Recorded, chat
from .surfaces import CHAT, needs_responses


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
        (lambda c: c.models.list(), "models", {"object": "list", "data": []}, "models.list"),
        (
            lambda c: c.batches.cancel("batch_1"),
            "batches/batch_1/cancel",
            {"id": "batch_1"},
            "batches.cancel",
        ),
        (
            lambda c: c.batches.retrieve("batch_1"),
            "batches/batch_1",
            {"id": "batch_1"},
            "batches.retrieve",
        ),
        (
            lambda c: c.batches.create(
                input_file_id="file-1", endpoint="/v1/responses", completion_window="24h"
            ),
            "batches",
            {"id": "batch_1"},
            "batches.create",
        ),
        (
            lambda c: c.files.create(file=("a.txt", b"a"), purpose="batch"),
            "files",
            {"id": "file-1"},
            "files.create",
        ),
        (lambda c: c.files.content("file-1"), "files/file-1/content", b"a\n", "files.content"),
        (
            lambda c: c.images.edit(model="g", image=("a.png", b"0"), prompt="a"),
            "images/edits",
            {"created": 1, "data": []},
            "generate_content",
        ),
        (
            lambda c: c.audio.translations.create(model="w", file=("a.wav", b"0")),
            "audio/translations",
            {"text": "a"},
            "translation",
        ),
        (lambda c: c.fine_tuning.jobs.list(), "fine_tuning/jobs", {"data": []}, "fine_tuning.list"),
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


def test_a_request_to_a_whole_address_names_its_server(recorded: Recorded, api: Callable[..., Api]) -> None:
    elsewhere = api(Exchange("chat/completions", bodies.chat_body()))
    connected = api(base_url="https://api.openai.com/v1")
    connected.client.post(f"{elsewhere.server.base_url}/chat/completions", cast_to=object, body=CHAT)
    assert recorded.attributes["server.address"] == "127.0.0.1"
    assert recorded.attributes["gen_ai.operation.name"] == "chat"


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


@pytest.mark.parametrize(
    ("call", "path", "model"),
    [
        (lambda c: c.images.generate(model="g", prompt="a"), "images/generations", "g"),
        (lambda c: c.audio.speech.create(model="t", voice="alloy", input="a"), "audio/speech", "t"),
        (
            lambda c: c.audio.transcriptions.create(model="w", file=("a.wav", b"0")),
            "audio/transcriptions",
            "w",
        ),
        (lambda c: c.moderations.create(model="m", input="a"), "moderations", "m"),
        (lambda c: c.files.retrieve("file-1"), "files/file-1", None),
        (lambda c: c.batches.retrieve("batch_1"), "batches/batch_1", None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_endpoint_has_model_time_and_error(
    call: Callable[[Any], Any], path: str, model: str | None, recorded: Recorded, api: Callable[..., Api]
) -> None:
    with pytest.raises(openai.BadRequestError):
        call(api(Exchange(path, bodies.error_body("Not so.", "invalid"), status=400)).client)
    assert recorded.attributes.get("gen_ai.request.model") == model
    assert recorded.attributes["spanmart.error.code"] == "invalid"
    assert recorded.span.status.description == "Not so."
    assert recorded.span.end_time > recorded.span.start_time  # type: ignore[operator]


def test_the_id_of_an_interaction_is_that_of_an_llm_call(recorded: Recorded, api: Callable[..., Api]) -> None:
    connected = api(Exchange("chat/completions", bodies.chat_body()), Exchange("models", {"data": []}))
    with interaction("t") as call:
        connected.client.models.list()
        assert call.id is None
        chat(connected)
        connected.client.models.list()
    assert call.id == interaction_id(recorded.spans[1].get_span_context())


@needs_responses
class TestRetrieved:
    """Responses that are begun in one place and retrieved in another."""

    QUEUED = bodies.response_body(status="queued")
    DONE = bodies.response_body(bodies.message_item("Hello there"))

    def connected(self, api: Callable[..., Api]) -> Any:
        return api(Exchange("responses", self.QUEUED), Exchange("responses/resp_1", self.DONE)).client

    def test_a_response_belongs_to_the_interaction_that_began_it(
        self, recorded: Recorded, api: Callable[..., Api]
    ) -> None:
        client = self.connected(api)
        with interaction("outline_generation", session_id="s") as call:
            client.responses.create(model="m", input="a", extra_body={"background": True})
        begun = call.id
        with interaction("polling"):
            client.responses.retrieve("resp_1")
        create, retrieve = recorded.spans
        said = dict(retrieve.attributes or {})
        assert (said["spanmart.interaction.type"], said["session.id"]) == ("outline_generation", "s")
        assert said["spanmart.interaction.id"] == begun == interaction_id(create.get_span_context())
        assert [link.context.span_id for link in retrieve.links] == [create.get_span_context().span_id]
        assert "Hello there" in said["gen_ai.output.messages"]
        assert said["gen_ai.usage.output_tokens"] == 5
        assert call.id == begun

    def test_one_that_others_began_belongs_to_where_it_is_retrieved(
        self, recorded: Recorded, api: Callable[..., Api]
    ) -> None:
        client = self.connected(api)
        with interaction("polling"):
            client.responses.retrieve("resp_1")
        assert recorded.attributes["spanmart.interaction.type"] == "polling"
        assert "spanmart.interaction.id" not in recorded.attributes

    def test_only_the_newest_origins_are_kept(self) -> None:
        origins = Origins(most=2)
        for response_id in ("a", "b", "a", "c"):
            origins.remember(response_id, Origin(None, INVALID_SPAN_CONTEXT))
        assert [origins.of(response_id) is not None for response_id in "abc"] == [True, False, True]
