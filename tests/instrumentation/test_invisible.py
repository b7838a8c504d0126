"""What the app sees and what the server gets is the same with instrumentation as without."""

import asyncio
import gc
from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.trace import TracerProvider

from spanmart.instrumentation import instrument, uninstrument
from support import openai_bodies as bodies
from support.replay_server import Exchange, Received

from .conftest import Api, Recorded
from .surfaces import SURFACES, observe, observe_async

GREETING = '{"greeting": "hello"}'
TRUNCATED = '{"greeting": "hel'

WHOLE: dict[str, dict[str, Any]] = {
    "chat/completions": {
        "success": bodies.chat_body(GREETING),
        "tool call": bodies.chat_body(None, "tool_calls", tool_calls=[bodies.TOOL_CALL]),
        "refusal": bodies.chat_body(None, refusal="I cannot help."),
        "length": bodies.chat_body(TRUNCATED, "length"),
        "content filter": bodies.chat_body("", "content_filter"),
        "no choices": {**bodies.chat_body(), "choices": []},
        "null choices": {**bodies.chat_body(), "choices": None},
        "nothing": {},
        "not an object": [1, 2],
    },
    "responses": {
        "success": bodies.response_body(bodies.message_item(GREETING)),
        "tool call": bodies.response_body(bodies.CALL_ITEM),
        "refusal": bodies.response_body(bodies.REFUSAL_ITEM),
        "length": bodies.response_body(
            bodies.message_item(TRUNCATED),
            status="incomplete",
            incomplete_details={"reason": "max_output_tokens"},
        ),
        "failed": bodies.response_body(
            status="failed", error={"code": "server_error", "message": "The model broke."}
        ),
        "nothing": {},
    },
    "embeddings": {"success": bodies.EMBEDDINGS},
    "completions": {"success": bodies.COMPLETION},
    "moderations": {"success": {"id": "modr-1", "model": "omni-moderation-latest", "results": []}},
    "files": {"success": {"id": "file-1", "object": "file", "filename": "a.txt", "purpose": "assistants"}},
}
STREAMED: dict[str, dict[str, Any]] = {
    "chat/completions": {
        "success": bodies.chat_chunks("Hello", " there"),
        "tool call": bodies.chat_chunks(
            deltas=({"tool_calls": [{"index": 0, **bodies.TOOL_CALL}]},), finish_reason="tool_calls"
        ),
        "no end": bodies.chat_chunks("Hello", finish_reason=None, usage=False),
        "error event": [bodies.chat_chunk({"content": "He"}), bodies.error_body("Overloaded.")],
        "empty": [],
    },
    "responses": {
        "success": bodies.response_events(),
        "failed": bodies.response_events(
            ending={
                "type": "response.failed",
                "response": bodies.response_body(status="failed", error={"code": "x", "message": "Broke."}),
            }
        ),
        "error event": bodies.response_events(
            ending={"type": "error", "code": "server_error", "message": "Broke.", "param": None}
        ),
    },
}
STATUSES = {
    "400": (400, bodies.error_body("Too long.", "context_length_exceeded")),
    "401": (401, bodies.error_body("Wrong key.", "invalid_api_key")),
    "404": (404, bodies.error_body("No such model.", "model_not_found")),
    "429": (429, bodies.error_body("Slow down.", "rate_limit_exceeded")),
    "500": (500, b"<html>It broke</html>"),
}


def cases() -> list[Any]:
    made = []
    for name, (path, streams, _) in SURFACES.items():
        for outcome, body in (STREAMED if streams else WHOLE)[path].items():
            made.append(pytest.param(name, (Exchange(path, body),), id=f"{name}-{outcome}"))
        for outcome, (status, body) in STATUSES.items():
            made.append(pytest.param(name, (Exchange(path, body, status=status),), id=f"{name}-{outcome}"))
        success = (STREAMED if streams else WHOLE)[path]["success"]
        for cut in (0, 2):
            exchange = Exchange(path, success, cut_after=cut)
            made.append(pytest.param(name, (exchange,), id=f"{name}-cut after {cut}"))
    return made


def requests(api: Api) -> list[Received]:
    volatile = {
        "host",
        "idempotency-key",
        "content-type",
        "content-length",
    }  # the boundary of a multipart body
    received = []
    for request in api.server.received:
        headers = {name: value for name, value in request.headers.items() if name not in volatile}
        body = request.body if b"multipart" not in request.headers.get("content-type", "").encode() else b""
        received.append(Received(request.method, request.path, headers, body))
    return received


def observed(api: Api, name: str, is_async: bool) -> list[Any]:
    make = SURFACES[name][2]
    if is_async:
        return asyncio.run(observe_async(api.async_client, make))
    return observe(api.client, make)


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize(("name", "exchanges"), cases())
def test_a_call_is_the_same_with_and_without_instrumentation(
    name: str,
    exchanges: tuple[Exchange, ...],
    is_async: bool,
    api: Callable[..., Api],
    providers: tuple[TracerProvider, LoggerProvider, Recorded],
    caplog: pytest.LogCaptureFixture,
) -> None:
    bare = api(*exchanges)
    without = observed(bare, name, is_async)
    instrument(tracer_provider=providers[0], logger_provider=providers[1])
    try:
        instrumented = api(*exchanges)
        with_it = observed(instrumented, name, is_async)
    finally:
        uninstrument()
    assert with_it == without
    assert requests(instrumented) == requests(bare)
    gc.collect()  # an older client leaves a stream open that it raised out of
    assert len(providers[2].spans) == 1
    assert not [record for record in caplog.records if record.name.startswith("spanmart")]
