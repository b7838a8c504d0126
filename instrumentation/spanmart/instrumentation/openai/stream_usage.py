"""Asking for the tokens of a stream where the app did not, and hiding the chunk that comes for it.

This is the one thing that changes a request, so that it is off until it is asked for. The app's options are
copied, never changed. A stream whose bytes the app reads by itself is left alone: nothing could be hidden.
"""

import os
from copy import copy
from typing import Any, Final

from spanmart.instrumentation.diagnostics import never_raises
from spanmart.instrumentation.openai.streams import AsyncStreamTap, StreamTap
from spanmart.instrumentation.values import fields

VARIABLE: Final = "OTEL_PYTHON_SPANMART_STREAM_USAGE"

_RAW: Final = "x-stainless-raw-response"


def is_asked_for() -> bool:
    """What the variable says."""
    return os.environ.get(VARIABLE, "").strip().lower() in ("true", "on", "1")


@never_raises("asking for the usage of a stream")
def ask_for_usage(options: Any) -> Any:
    """A copy of a request's options that asks for usage, too; None where the app has decided, or cannot."""
    body = options.json_data
    if not isinstance(body, dict) or body.get("stream") is not True or not _streams_usage(options):
        return None
    given = body.get("stream_options")
    if given is not None and (not isinstance(given, dict) or "include_usage" in given):
        return None
    asking = copy(options)
    asking.json_data = {**body, "stream_options": {**(given or {}), "include_usage": True}}
    return asking


def _streams_usage(options: Any) -> bool:
    headers = options.headers if isinstance(options.headers, dict) else {}
    return (
        options.url.partition("?")[0].endswith("completions")
        and not any(name.lower() == _RAW for name in headers)
        and "stream_options" not in (getattr(options, "extra_json", None) or ())
    )


class UsageHidingTap(StreamTap):
    """The tap of a stream that was asked for usage."""

    __slots__ = ()

    def __next__(self) -> Any:
        chunk = super().__next__()
        while _is_extra(chunk):
            chunk = super().__next__()
        return chunk


class AsyncUsageHidingTap(AsyncStreamTap):
    """The tap of an async stream that was asked for usage."""

    __slots__ = ()

    async def __anext__(self) -> Any:
        chunk = await super().__anext__()
        while _is_extra(chunk):
            chunk = await super().__anext__()
        return chunk


def _is_extra(chunk: Any) -> bool:
    """Whether the chunk came for usage alone; from any other the empty `usage` is taken that came with it."""
    said = fields(chunk)
    if said.get("usage") is not None:
        return said.get("choices") == []
    named = getattr(chunk, "__pydantic_fields_set__", None)
    if isinstance(named, set):
        named.discard("usage")
    return False
