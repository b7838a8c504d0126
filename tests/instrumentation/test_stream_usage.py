"""Asking for the tokens of a stream: the app sees what it would have seen, and the span has them."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.trace import TracerProvider

from spanmart.instrumentation import instrument, uninstrument
from support import openai_bodies as bodies
from support.replay_server import Exchange

from .conftest import Api, Recorded
from .surfaces import CHAT, SURFACES, observe, observe_async

PLAIN = bodies.chat_chunks("Hello", " there", usage=False)
WITH_USAGE = [*({**chunk, "usage": None} for chunk in PLAIN), bodies.chat_chunk(usage=bodies.USAGE)]
ASKED = {"include_usage": True}


@pytest.fixture
def recording(providers: tuple[TracerProvider, LoggerProvider, Recorded]) -> Iterator[Recorded]:
    instrument(providers[0], stream_usage=True)
    yield providers[2]
    uninstrument()


def chunks(api: Api, **arguments: Any) -> list[dict[str, Any]]:
    stream = api.client.chat.completions.create(**CHAT, stream=True, **arguments)
    return [chunk.to_dict() for chunk in stream]


async def async_chunks(api: Api) -> list[dict[str, Any]]:
    stream = await api.async_client.chat.completions.create(**CHAT, stream=True)
    return [chunk.to_dict() async for chunk in stream]


def sent(api: Api) -> Any:
    return json.loads(api.server.received[0].body).get("stream_options")


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_usage_is_asked_for_recorded_and_hidden(
    is_async: bool, recording: Recorded, api: Callable[..., Api]
) -> None:
    connected = api(Exchange("chat/completions", WITH_USAGE))
    seen = asyncio.run(async_chunks(connected)) if is_async else chunks(connected)
    assert sent(connected) == ASKED
    assert recording.attributes["gen_ai.usage.output_tokens"] == 5
    uninstrument()
    assert seen == chunks(api(Exchange("chat/completions", PLAIN)))


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_the_helper_sees_nothing_of_it(is_async: bool, recording: Recorded, api: Callable[..., Api]) -> None:
    def observed(connected: Api) -> list[Any]:
        make = SURFACES["chat helper"][2]
        if is_async:
            return asyncio.run(observe_async(connected.async_client, make))
        return observe(connected.client, make)

    seen = observed(api(Exchange("chat/completions", WITH_USAGE)))
    assert recording.attributes["gen_ai.usage.output_tokens"] == 5
    uninstrument()
    assert seen == observed(api(Exchange("chat/completions", PLAIN)))


@pytest.mark.parametrize("options", [{"include_usage": True}, {"include_usage": False}], ids=str)
def test_an_app_that_has_decided_is_obeyed(
    options: dict[str, Any], recording: Recorded, api: Callable[..., Api]
) -> None:
    connected = api(Exchange("chat/completions", WITH_USAGE))
    assert len(chunks(connected, stream_options=options)) == len(WITH_USAGE)
    assert sent(connected) == options


def test_other_stream_options_stay_and_the_apps_own_are_not_changed(
    recording: Recorded, api: Callable[..., Api]
) -> None:
    connected = api(Exchange("chat/completions", WITH_USAGE))
    options = {"include_obfuscation": False}
    chunks(connected, stream_options=options)
    assert sent(connected) == {**options, **ASKED}
    assert options == {"include_obfuscation": False}


@pytest.mark.parametrize("raw", ["with_raw_response", "with_streaming_response"])
def test_bytes_that_the_app_reads_by_itself_are_those_it_asked_for(
    raw: str, recording: Recorded, api: Callable[..., Api]
) -> None:
    connected = api(Exchange("chat/completions", PLAIN))
    made = getattr(connected.client.chat.completions, raw).create(**CHAT, stream=True)
    if raw == "with_streaming_response":
        with made as response:
            list(response.iter_lines())
    else:
        list(made.parse())
    assert sent(connected) is None


@pytest.mark.parametrize("name", ["chat", "responses", "responses stream", "embeddings"])
def test_only_chat_streams_are_asked(name: str, recording: Recorded, api: Callable[..., Api]) -> None:
    if name not in SURFACES:
        pytest.skip("an older client")
    path, streams, make = SURFACES[name]
    body = bodies.response_events() if streams else bodies.response_body()
    connected = api(Exchange(path, bodies.EMBEDDINGS if path == "embeddings" else body))
    observe(connected.client, make)
    assert sent(connected) is None


def test_a_chunk_with_usage_and_words_is_not_hidden(recording: Recorded, api: Callable[..., Api]) -> None:
    events = [bodies.chat_chunk({"content": "Hi"}, "stop", usage=bodies.USAGE), bodies.chat_chunk()]
    assert len(chunks(api(Exchange("chat/completions", events)))) == 2
    assert recording.attributes["gen_ai.usage.output_tokens"] == 5


@pytest.mark.parametrize(
    ("said", "given", "asks"), [("true", None, True), ("true", False, False), ("", None, False)]
)
def test_it_is_off_until_it_is_asked_for(
    said: str,
    given: bool | None,
    asks: bool,
    api: Callable[..., Api],
    providers: tuple[TracerProvider, LoggerProvider, Recorded],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_PYTHON_SPANMART_STREAM_USAGE", said)
    instrument(providers[0], stream_usage=given)
    connected = api(Exchange("chat/completions", PLAIN))
    chunks(connected)
    uninstrument()
    assert (sent(connected) == ASKED) is asks
