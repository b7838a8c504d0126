"""Renders an answer as the chat completions endpoint does, whole or as a stream of chunks."""

import time
from collections.abc import Iterator
from typing import Any

from .answer import Answer, Usage, new_id
from .asked import Asked

FINGERPRINT = "fp_stand_in_1"
Json = dict[str, Any]


def whole(answer: Answer, asked: Asked) -> Json:
    """Return a `chat.completion`."""
    content = None if answer.refusal else answer.text
    message: Json = {"role": "assistant", "content": content, "refusal": answer.refusal, "annotations": []}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": answer.finish_reason}
    return _head(answer, "chat.completion") | {"choices": [choice], "usage": _usage(answer.usage)}


def stream(answer: Answer, asked: Asked) -> Iterator[tuple[str | None, Json]]:
    """Yield `chat.completion.chunk`s (event name None); usage comes last where the request asked for it."""
    head = _head(answer, "chat.completion.chunk")
    asks_usage = bool((asked.body.get("stream_options") or {}).get("include_usage"))
    if asks_usage:
        head["usage"] = None
    yield None, _chunk(head, {"role": "assistant", "content": "", "refusal": None})
    key = "refusal" if answer.refusal else "content"
    for piece in answer.pieces:
        yield None, _chunk(head, {key: piece})
    yield None, _chunk(head, {}, answer.finish_reason)
    if asks_usage:
        yield None, head | {"choices": [], "usage": _usage(answer.usage)}


def _head(answer: Answer, kind: str) -> Json:
    return {
        "id": new_id("chatcmpl-"),
        "object": kind,
        "created": int(time.time()),
        "model": answer.model,
        "service_tier": "default",
        "system_fingerprint": FINGERPRINT,
    }


def _chunk(head: Json, delta: Json, finish_reason: str | None = None) -> Json:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return head | {"choices": [choice]}


def _usage(usage: Usage) -> Json:
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning_tokens,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
