"""Streams: what they say, how they end, and that nothing of them is kept or held up."""

import asyncio
import gc
import weakref
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import openai
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.trace import StatusCode

from support import openai_bodies as bodies
from support.replay_server import Exchange

from .conftest import Api, Recorded
from .surfaces import CHAT_STREAM, RESPONSES, needs_responses

# older clients let the HTTP library's own error through
http = import_module("httpx2" if find_spec("httpx2") else "httpx")
BROKEN = (openai.APIConnectionError, http.RemoteProtocolError)

HELLO = bodies.chat_chunks("Hello", " there")
UNENDED = bodies.chat_chunks("Hello", " there", finish_reason=None, usage=False)


def stream(api: Api) -> Any:
    return api.client.chat.completions.create(**CHAT_STREAM)


def state(recorded: Recorded) -> str:
    return recorded.attributes["spanmart.stream.state"]


def text(recorded: Recorded) -> str:
    return "".join(part["content"] for part in recorded.messages()[0]["parts"])


def test_a_stream_read_to_its_end_is_complete(recorded: Recorded, api: Callable[..., Api]) -> None:
    read = stream(api(Exchange("chat/completions", HELLO)))
    assert type(read) is openai.Stream
    assert not recorded.spans
    list(read)
    assert (state(recorded), text(recorded)) == ("complete", "Hello there")
    attributes = recorded.attributes
    assert attributes["gen_ai.request.stream"] is True
    assert attributes["gen_ai.response.finish_reasons"] == ("stop",)
    assert attributes["gen_ai.usage.output_tokens"] == 5
    assert 0 < attributes["gen_ai.response.time_to_first_chunk"] < 60


def test_tool_calls_are_put_together_from_their_pieces(recorded: Recorded, api: Callable[..., Api]) -> None:
    def piece(index: int, arguments: str, **more: Any) -> dict[str, Any]:
        return {
            "tool_calls": [
                {"index": index, "function": {"arguments": arguments, **more.pop("named", {})}, **more}
            ]
        }

    deltas = (
        piece(0, "", id="call_1", named={"name": "weather"}),
        piece(0, '{"city":'),
        piece(1, "", id="call_2", named={"name": "weather"}),
        piece(0, '"Oslo"}'),
        piece(1, '{"city":"Rome"}'),
    )
    list(
        stream(
            api(Exchange("chat/completions", bodies.chat_chunks(deltas=deltas, finish_reason="tool_calls")))
        )
    )
    assert [(part["id"], part["arguments"]["city"]) for part in recorded.messages()[0]["parts"]] == [
        ("call_1", "Oslo"),
        ("call_2", "Rome"),
    ]


def test_the_words_of_a_spoken_answer_are_put_together(recorded: Recorded, api: Callable[..., Api]) -> None:
    pieces = ({"audio": {"id": "a"}}, {"audio": {"transcript": "Hel"}}, {"audio": {"transcript": "lo"}})
    connected = api(Exchange("chat/completions", bodies.chat_chunks(deltas=pieces)))
    list(connected.client.chat.completions.create(**CHAT_STREAM))
    assert recorded.messages()[0]["parts"] == [{"type": "text", "content": "Hello"}]


def test_an_end_without_a_finish_reason_is_incomplete(recorded: Recorded, api: Callable[..., Api]) -> None:
    list(stream(api(Exchange("chat/completions", UNENDED))))
    assert state(recorded) == "incomplete"
    assert recorded.attributes["gen_ai.response.finish_reasons"] == ("error",)
    assert recorded.span.status.status_code is StatusCode.UNSET
    assert text(recorded) == "Hello there"


def test_a_cut_connection_is_an_error_with_the_partial_answer(
    recorded: Recorded, api: Callable[..., Api]
) -> None:
    with pytest.raises(BROKEN):
        list(stream(api(Exchange("chat/completions", HELLO, cut_after=2))))
    assert (state(recorded), text(recorded)) == ("interrupted", "Hello")
    assert recorded.span.status.status_code is StatusCode.ERROR
    assert recorded.span.events[0].name == "exception"


def test_an_error_event_is_an_error_in_openais_words(recorded: Recorded, api: Callable[..., Api]) -> None:
    events = [bodies.chat_chunk({"content": "He"}), bodies.error_body("Overloaded.", "overloaded")]
    with pytest.raises(openai.APIError):
        list(stream(api(Exchange("chat/completions", events))))
    assert (state(recorded), text(recorded)) == ("interrupted", "He")
    assert recorded.span.status.description == "Overloaded."
    assert recorded.attributes["spanmart.error.code"] == "overloaded"


@pytest.mark.parametrize("way", ["close", "with", "response"])
def test_closing_early_abandons_the_stream(way: str, recorded: Recorded, api: Callable[..., Api]) -> None:
    read = stream(api(Exchange("chat/completions", HELLO)))
    next(read)
    next(read)
    if way == "close":
        read.close()
    elif way == "with":
        with read:
            pass
    else:
        read.response.close()
    assert (state(recorded), text(recorded)) == ("abandoned", "Hello")
    assert recorded.span.status.status_code is StatusCode.UNSET


def test_a_stream_closed_after_its_finish_reason_is_complete(
    recorded: Recorded, api: Callable[..., Api]
) -> None:
    read = stream(api(Exchange("chat/completions", HELLO)))
    for chunk in read:
        if chunk.choices[0].finish_reason:
            break
    read.close()
    assert state(recorded) == "complete"


@pytest.mark.parametrize("taken", [0, 2])
def test_a_stream_let_go_of_is_abandoned(taken: int, recorded: Recorded, api: Callable[..., Api]) -> None:
    read = stream(api(Exchange("chat/completions", HELLO)))
    for _ in range(taken):
        next(read)
    del read
    gc.collect()
    assert state(recorded) == "abandoned"


def test_ending_a_stream_let_go_of_changes_no_context_variable(
    recorded: Recorded, api: Callable[..., Api], monkeypatch: pytest.MonkeyPatch
) -> None:
    exporting, export = ContextVar("exporting", default=False), recorded.exporter.export

    def set_and_export(spans: Sequence[ReadableSpan]) -> SpanExportResult:
        exporting.set(True)
        return export(spans)

    monkeypatch.setattr(recorded.exporter, "export", set_and_export)
    read = stream(api(Exchange("chat/completions", HELLO)))
    next(read)
    del read
    gc.collect()
    assert state(recorded) == "abandoned"
    assert not exporting.get()


def test_nothing_keeps_a_stream_alive(recorded: Recorded, api: Callable[..., Api]) -> None:
    read = stream(api(Exchange("chat/completions", HELLO)))
    list(read)
    gone = weakref.ref(read)
    del read
    gc.collect()
    assert gone() is None
    assert len(recorded.spans) == 1


def test_the_span_is_not_current_while_the_app_reads(recorded: Recorded, api: Callable[..., Api]) -> None:
    read = stream(api(Exchange("chat/completions", HELLO)))
    next(read)
    assert not trace.get_current_span().get_span_context().is_valid
    list(read)
    assert len(recorded.spans) == 1


def test_a_stream_read_after_the_block_of_a_helper_is_one_span(
    recorded: Recorded, api: Callable[..., Api]
) -> None:
    completions = api(Exchange("chat/completions", HELLO)).client.chat.completions
    if not hasattr(completions, "stream"):
        pytest.skip("an older client")
    with completions.stream(model="gpt-4o-mini", messages=CHAT_STREAM["messages"]) as events:
        next(events)
    assert state(recorded) == "abandoned"


class TestAsync:
    """The same of async streams."""

    def test_read_to_its_end(self, recorded: Recorded, api: Callable[..., Api]) -> None:
        async def read() -> None:
            connected = api(Exchange("chat/completions", HELLO))
            chunks = await connected.async_client.chat.completions.create(**CHAT_STREAM)
            assert type(chunks) is openai.AsyncStream
            assert len([chunk async for chunk in chunks]) == len(HELLO)

        asyncio.run(read())
        assert (state(recorded), text(recorded)) == ("complete", "Hello there")

    def test_cut(self, recorded: Recorded, api: Callable[..., Api]) -> None:
        async def read() -> None:
            connected = api(Exchange("chat/completions", HELLO, cut_after=2))
            async for _ in await connected.async_client.chat.completions.create(**CHAT_STREAM):
                pass

        with pytest.raises(BROKEN):
            asyncio.run(read())
        assert (state(recorded), text(recorded)) == ("interrupted", "Hello")
        assert recorded.span.status.status_code is StatusCode.ERROR

    def test_closed(self, recorded: Recorded, api: Callable[..., Api]) -> None:
        async def read() -> None:
            connected = api(Exchange("chat/completions", HELLO))
            chunks = await connected.async_client.chat.completions.create(**CHAT_STREAM)
            await anext(chunks)
            await chunks.close()

        asyncio.run(read())
        assert state(recorded) == "abandoned"

    def test_let_go_of(self, recorded: Recorded, api: Callable[..., Api]) -> None:
        async def read() -> None:
            connected = api(Exchange("chat/completions", HELLO))
            async for _ in await connected.async_client.chat.completions.create(**CHAT_STREAM):
                break
            gc.collect()

        asyncio.run(read())
        gc.collect()
        assert state(recorded) == "abandoned"

    def test_cancelled(self, recorded: Recorded, api: Callable[..., Api]) -> None:
        async def read() -> None:
            connected = api(Exchange("chat/completions", HELLO, stall_after=2))

            async def reading() -> None:
                async for _ in await connected.async_client.chat.completions.create(**CHAT_STREAM):
                    taken.set()

            taken = asyncio.Event()
            task = asyncio.create_task(reading())
            await taken.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(read())
        assert state(recorded) == "abandoned"
        assert recorded.span.status.status_code is StatusCode.UNSET


@needs_responses
class TestResponses:
    """Streams of the responses API."""

    def read(self, api: Callable[..., Api], **exchange: Any) -> None:
        connected = api(Exchange("responses", exchange.pop("events"), **exchange))
        list(connected.client.responses.create(**RESPONSES, stream=True))

    def test_read_to_its_end(self, recorded: Recorded, api: Callable[..., Api]) -> None:
        self.read(api, events=bodies.response_events())
        assert (state(recorded), text(recorded)) == ("complete", "Hello there")
        assert recorded.attributes["gen_ai.usage.input_tokens"] == 12
        assert recorded.attributes["gen_ai.response.finish_reasons"] == ("stop",)

    def test_cut(self, recorded: Recorded, api: Callable[..., Api]) -> None:
        with pytest.raises(BROKEN):
            self.read(api, events=bodies.response_events(), cut_after=4)
        assert (state(recorded), text(recorded)) == ("interrupted", "Hello")
        assert recorded.attributes["gen_ai.response.id"] == "resp_1"

    @pytest.mark.parametrize("kind", ["failed", "error"])
    def test_failed(self, kind: str, recorded: Recorded, api: Callable[..., Api]) -> None:
        failed = bodies.response_body(status="failed", error={"code": "server_error", "message": "Broke."})
        ending = {
            "failed": {"type": "response.failed", "response": failed},
            "error": {"type": "error", "code": "server_error", "message": "Broke.", "param": None},
        }[kind]
        self.read(api, events=bodies.response_events(ending=ending))
        assert recorded.span.status.status_code is StatusCode.ERROR
        assert recorded.span.status.description == "Broke."
        assert recorded.attributes["spanmart.error.code"] == "server_error"


class TestRaw:
    """Bodies that the app reads by itself."""

    @pytest.mark.parametrize("compressed", [False, True])
    def test_a_body_is_recorded_when_the_app_has_read_it(
        self, compressed: bool, recorded: Recorded, api: Callable[..., Api]
    ) -> None:
        connected = api(Exchange("chat/completions", bodies.chat_body(), compressed=compressed))
        create = connected.client.chat.completions.with_streaming_response.create
        with create(model="m", messages=[]) as response:
            assert not response.is_closed
            assert not recorded.spans
            response.read()
        assert text(recorded) == "Hello there"
        assert "spanmart.stream.state" not in recorded.attributes

    def test_a_body_that_the_app_does_not_read_is_abandoned(
        self, recorded: Recorded, api: Callable[..., Api]
    ) -> None:
        connected = api(Exchange("chat/completions", bodies.chat_body()))
        with connected.client.chat.completions.with_streaming_response.create(model="m", messages=[]):
            pass
        assert state(recorded) == "abandoned"

    def test_a_raw_stream_is_recorded_as_it_passes(self, recorded: Recorded, api: Callable[..., Api]) -> None:
        connected = api(Exchange("chat/completions", HELLO))
        raw = connected.client.chat.completions.with_raw_response.create(**CHAT_STREAM)
        assert not recorded.spans
        assert len(list(raw.parse())) == len(HELLO)
        assert (state(recorded), text(recorded)) == ("complete", "Hello there")

    def test_a_raw_stream_that_is_cut_is_an_error(self, recorded: Recorded, api: Callable[..., Api]) -> None:
        connected = api(Exchange("chat/completions", HELLO, cut_after=2))
        with pytest.raises(BROKEN):
            list(connected.client.chat.completions.with_raw_response.create(**CHAT_STREAM).parse())
        assert (state(recorded), text(recorded)) == ("interrupted", "Hello")
        assert recorded.span.status.status_code is StatusCode.ERROR


TOLD = {"model": "gpt-4o-mini-2024-07-18", "service_tier": "flex", "system_fingerprint": "fp_1"}
UNTOLD = {"model": "", "service_tier": None, "system_fingerprint": ""}


@pytest.mark.parametrize("id_of_first", ["", "chatcmpl-1"])
@pytest.mark.parametrize("told_at", [1, 3, -1])
def test_what_the_first_chunk_does_not_tell_is_taken_from_those_after_it(
    id_of_first: str, told_at: int, recorded: Recorded, api: Callable[..., Api]
) -> None:
    filtered = {"id": id_of_first, "prompt_filter_results": [{"prompt_index": 0}]}  # as Azure begins
    chunks = [{**chunk, **UNTOLD} for chunk in (bodies.chat_chunk(**filtered), *HELLO)]
    chunks[told_at] |= TOLD
    list(stream(api(Exchange("chat/completions", chunks))))
    attributes = recorded.attributes
    assert attributes["gen_ai.response.model"] == TOLD["model"]
    assert attributes["openai.response.service_tier"] == "flex"
    assert attributes["openai.response.system_fingerprint"] == "fp_1"
    assert attributes["gen_ai.response.id"] == "chatcmpl-1"
    assert text(recorded) == "Hello there"


NOTHING = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


@pytest.mark.parametrize("after", [{}, NOTHING, {**NOTHING, "prompt_tokens_details": {"cached_tokens": 0}}])
def test_usage_that_says_nothing_takes_none_away(
    after: dict[str, Any], recorded: Recorded, api: Callable[..., Api]
) -> None:
    list(stream(api(Exchange("chat/completions", [*HELLO, bodies.chat_chunk(usage=after)]))))
    attributes = recorded.attributes
    told = ("input_tokens", "output_tokens", "cache_read.input_tokens", "reasoning.output_tokens")
    assert [attributes[f"gen_ai.usage.{name}"] for name in told] == [12, 5, 4, 2]


def test_of_usage_that_grows_the_last_counts(recorded: Recorded, api: Callable[..., Api]) -> None:
    growing = [
        {**chunk, "usage": {"prompt_tokens": 12, "completion_tokens": number}}
        for number, chunk in enumerate(UNENDED)
    ]
    list(stream(api(Exchange("chat/completions", growing))))
    assert recorded.attributes["gen_ai.usage.input_tokens"] == 12
    assert recorded.attributes["gen_ai.usage.output_tokens"] == len(UNENDED) - 1


def test_a_text_completion_keeps_each_field_when_it_is_first_told(
    recorded: Recorded, api: Callable[..., Api]
) -> None:
    head = {"object": "text_completion", "created": 1}
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    chunks = [
        {**head, "id": "", "model": "", "choices": []},
        {
            **head,
            "id": "cmpl-1",
            "model": "m",
            "choices": [{"index": 0, "text": "Hi", "finish_reason": "stop"}],
        },
        {**head, "id": "cmpl-1", "model": "m", "choices": [], "usage": usage},
        {**head, "id": "cmpl-1", "model": "m", "choices": [], "usage": {}},
    ]
    connected = api(Exchange("completions", chunks))
    list(connected.client.completions.create(model="asked", prompt="Say", stream=True))
    attributes = recorded.attributes
    assert (attributes["gen_ai.response.model"], attributes["gen_ai.response.id"]) == ("m", "cmpl-1")
    assert (attributes["gen_ai.usage.input_tokens"], attributes["gen_ai.usage.output_tokens"]) == (3, 2)


@needs_responses
def test_what_the_last_event_of_a_response_leaves_out_was_told_before(
    recorded: Recorded, api: Callable[..., Api]
) -> None:
    whole = bodies.response_body(bodies.message_item("Hello there"), service_tier="flex")
    bare = {**whole, "model": "", "service_tier": None, "usage": None}
    events = bodies.response_events(ending={"type": "response.completed", "response": bare})
    events.insert(-1, {"type": "response.in_progress", "response": {**whole, "status": "in_progress"}})
    list(api(Exchange("responses", events)).client.responses.create(**RESPONSES, stream=True))
    attributes = recorded.attributes
    assert attributes["gen_ai.response.model"] == "gpt-4o-mini-2024-07-18"
    assert attributes["openai.response.service_tier"] == "flex"
    assert (attributes["gen_ai.usage.input_tokens"], attributes["gen_ai.usage.output_tokens"]) == (12, 5)
    assert text(recorded) == "Hello there"
