"""Every way of calling the client, each as one function that returns all that the app can see of it."""

import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from importlib.util import find_spec
from typing import Any

import openai
import pydantic
import pytest

HAS_RESPONSES = find_spec("openai.resources.responses") is not None  # older clients have not
needs_responses = pytest.mark.skipif(not HAS_RESPONSES, reason="an older client")

MESSAGES: list[Any] = [
    {"role": "system", "content": "You are brief."},
    {"role": "user", "content": "Say hello."},
]


class Greeting(pydantic.BaseModel):
    """What structured calls ask for."""

    greeting: str


CHAT: dict[str, Any] = {"model": "gpt-4o-mini", "messages": MESSAGES}
CHAT_STREAM: dict[str, Any] = {**CHAT, "stream": True, "stream_options": {"include_usage": True}}
RESPONSES: dict[str, Any] = {"model": "gpt-4o-mini", "input": "Say hello.", "instructions": "You are brief."}

Make = Callable[[Any], Any]


def stream_helper(manager: Any) -> Iterator[Any]:
    with manager as stream:
        yield from stream


async def async_stream_helper(manager: Any) -> AsyncIterator[Any]:
    async with manager as stream:
        async for event in stream:
            yield event


def streaming(manager: Any) -> Iterator[Any]:
    with manager as response:
        yield from response.iter_lines()


async def async_streaming(manager: Any) -> AsyncIterator[Any]:
    async with manager as response:
        async for line in response.iter_lines():
            yield line


# name -> (the path, whether it streams, the call on a sync or an async client)
SURFACES: dict[str, tuple[str, bool, Make]] = {
    "chat": ("chat/completions", False, lambda c: c.chat.completions.create(**CHAT)),
    "chat stream": ("chat/completions", True, lambda c: c.chat.completions.create(**CHAT_STREAM)),
    "chat raw": ("chat/completions", False, lambda c: c.chat.completions.with_raw_response.create(**CHAT)),
    "chat raw stream": (
        "chat/completions",
        True,
        lambda c: c.chat.completions.with_raw_response.create(**CHAT_STREAM),
    ),
    "chat streaming": (
        "chat/completions",
        False,
        lambda c: _either(
            c, c.chat.completions.with_streaming_response.create(**CHAT), streaming, async_streaming
        ),
    ),
    "chat streaming stream": (
        "chat/completions",
        True,
        lambda c: _either(
            c, c.chat.completions.with_streaming_response.create(**CHAT_STREAM), streaming, async_streaming
        ),
    ),
    "chat parse": ("chat/completions", False, lambda c: _parse(c)(**CHAT, response_format=Greeting)),
    "chat helper": (
        "chat/completions",
        True,
        lambda c: _either(c, _helper(c)(**CHAT), stream_helper, async_stream_helper),
    ),
    "responses": ("responses", False, lambda c: c.responses.create(**RESPONSES)),
    "responses stream": ("responses", True, lambda c: c.responses.create(**RESPONSES, stream=True)),
    "responses parse": ("responses", False, lambda c: c.responses.parse(**RESPONSES, text_format=Greeting)),
    "responses helper": (
        "responses",
        True,
        lambda c: _either(c, c.responses.stream(**RESPONSES), stream_helper, async_stream_helper),
    ),
    "embeddings": (
        "embeddings",
        False,
        lambda c: c.embeddings.create(
            model="text-embedding-3-small", input=["a", "b"], encoding_format="float"
        ),
    ),
    "completions": (
        "completions",
        False,
        lambda c: c.completions.create(model="gpt-3.5-turbo-instruct", prompt="Say hello."),
    ),
    "moderations": ("moderations", False, lambda c: c.moderations.create(input="Say hello.")),
    "files": ("files", False, lambda c: c.files.create(file=("a.txt", b"hello"), purpose="assistants")),
}

if not HAS_RESPONSES:
    SURFACES = {name: surface for name, surface in SURFACES.items() if not name.startswith("responses")}


def _either(client: Any, manager: Any, sync: Callable[..., Any], asynchronous: Callable[..., Any]) -> Any:
    return (asynchronous if isinstance(client, openai.AsyncOpenAI) else sync)(manager)


def _completions(client: Any) -> Any:
    """Where `parse` and `stream` are: they were in beta first."""
    return (
        client.chat.completions if hasattr(client.chat.completions, "parse") else client.beta.chat.completions
    )


def _parse(client: Any) -> Any:
    return _completions(client).parse


def _helper(client: Any) -> Any:
    return _completions(client).stream


def observe(client: openai.OpenAI, make: Make) -> list[Any]:
    """Everything that an app sees of one call: types, values, chunks, the exception and its traceback."""
    seen: list[Any] = []
    try:
        result = make(client)
        seen.append(_seen(result))
        if hasattr(result, "http_response"):
            result = result.parse()
            seen.append(_seen(result))
        if not isinstance(result, pydantic.BaseModel) and hasattr(result, "__iter__"):
            seen += map(_seen, result)
    except Exception as error:
        seen.append(_raised(error))
    return seen


async def observe_async(client: openai.AsyncOpenAI, make: Make) -> list[Any]:
    """The same of an async client."""
    seen: list[Any] = []
    try:
        result = make(client)
        if isinstance(result, Awaitable):
            result = await result
        seen.append(_seen(result))
        if hasattr(result, "http_response"):
            result = result.parse()
            seen.append(_seen(result))
        if hasattr(result, "__aiter__"):
            async for chunk in result:
                seen.append(_seen(chunk))
    except Exception as error:
        seen.append(_raised(error))
    return seen


def _seen(value: Any) -> Any:
    if isinstance(value, pydantic.BaseModel):
        return type(value), value.model_dump(mode="json", warnings=False)
    return (type(value), value) if isinstance(value, str) else type(value)


def _raised(error: Exception) -> Any:
    """An exception with the frames it came through, less the wrappers' own, which cannot be avoided."""
    frames = traceback.extract_tb(error.__traceback__)
    kept = [
        (frame.filename, frame.name) for frame in frames if "/spanmart/instrumentation/" not in frame.filename
    ]
    causes = [type(error.__cause__), type(error.__context__), error.__suppress_context__]
    return type(error), str(error), getattr(error, "body", None), causes, kept
