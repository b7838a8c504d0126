"""The OpenAI API without a network: the client's own HTTP library, with answers made in the process.

The answer says what the last message said. A model's name chooses how a stream ends:
`cut` breaks off, `endless` never ends by itself, `refusing` answers 400; any other ends well.
"""

import json
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count, islice
from typing import Any

import openai

_ITS_CLIENT: Any = openai.DefaultHttpxClient.__mro__[1]
_http: Any = sys.modules[_ITS_CLIENT.__module__.partition(".")[0]]  # httpx, or httpx2 from openai 3 on
NetworkError: type[Exception] = _http.NetworkError

_HEAD = {"id": "chatcmpl-1", "created": 1, "model": "gpt-4o-mini-2024-07-18", "system_fingerprint": "fp_1"}
_USAGE = {
    "prompt_tokens": 400,
    "completion_tokens": 200,
    "total_tokens": 600,
    "prompt_tokens_details": {"cached_tokens": 128, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
}
_JSON = {"content-type": "application/json", "x-request-id": "req_1"}
_EVENTS = {"content-type": "text/event-stream", "x-request-id": "req_1"}

Pause = Callable[[], Any]
"""Awaited before each answer and each chunk of an async client, so that others get their turn."""


def client(chunks: int = 20) -> openai.OpenAI:
    """A client whose streams have so many chunks."""
    transport = _http.MockTransport(lambda request: _answer(request, _said, chunks))
    return openai.OpenAI(
        api_key="none", max_retries=0, http_client=openai.DefaultHttpxClient(transport=transport)
    )


def async_client(chunks: int = 20, pause: Pause | None = None) -> openai.AsyncOpenAI:
    """The same for asyncio."""

    async def answer(request: Any) -> Any:
        if pause is not None:
            await pause()
        return _answer(request, lambda *asked: _said_slowly(_said(*asked), pause), chunks)

    return openai.AsyncOpenAI(
        api_key="none",
        max_retries=0,
        http_client=openai.DefaultAsyncHttpxClient(transport=_http.MockTransport(answer)),
    )


def _answer(request: Any, stream: Callable[[str, str, int], Any], chunks: int) -> Any:
    asked = json.loads(request.content)
    text, model = asked["messages"][-1]["content"], asked["model"]
    if model == "refusing":
        error = {"message": f"refused: {text}", "type": "invalid_request_error", "param": None, "code": "no"}
        return _http.Response(400, headers=_JSON, content=json.dumps({"error": error}))
    if asked.get("stream"):
        return _http.Response(200, headers=_EVENTS, content=stream(text, model, chunks))
    message = {"role": "assistant", "content": text, "refusal": None, "annotations": []}
    choice = {"index": 0, "finish_reason": "stop", "message": message, "logprobs": None}
    body = {**_HEAD, "object": "chat.completion", "choices": [choice], "usage": _USAGE}
    return _http.Response(200, headers=_JSON, content=json.dumps(body))


def _said(text: str, model: str, chunks: int) -> Iterator[bytes]:
    yield _event(_choice({"role": "assistant", "content": text}))
    filler = _event(_choice({"content": " more"}))
    for _ in count() if model == "endless" else islice(count(), chunks):
        yield filler
    if model == "cut":
        raise _http.ReadError("the connection broke")
    yield _event(_choice({}, "stop"))
    yield _event([], usage=_USAGE)
    yield b"data: [DONE]\n\n"


async def _said_slowly(events: Iterator[bytes], pause: Pause | None) -> AsyncIterator[bytes]:
    for event in events:
        yield event
        if pause is not None:
            await pause()


def _choice(delta: dict[str, Any], reason: str | None = None) -> list[dict[str, Any]]:
    return [{"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}]


def _event(choices: list[dict[str, Any]], **more: Any) -> bytes:
    chunk = {**_HEAD, "object": "chat.completion.chunk", "choices": choices, **more}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"
