"""Renders an answer as the responses endpoint does, whole or as a stream of events."""

import itertools
import time
from collections.abc import Iterator
from typing import Any

from .answer import Answer, Usage, new_id
from .asked import Asked

Json = dict[str, Any]
_INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}


def whole(answer: Answer, asked: Asked) -> Json:
    """Return a finished `response`, completed or incomplete."""
    return _finished(_started(answer, asked), answer, new_id("msg_"))


def stream(answer: Answer, asked: Asked) -> Iterator[tuple[str | None, Json]]:
    """Yield the events of one message: created, in progress, the text in deltas, and how it ended."""
    started, item_id = _started(answer, asked), new_id("msg_")
    finished = _finished(started, answer, item_id)
    number = itertools.count()
    for kind, fields in _events(started, finished, answer, item_id):
        yield kind, {"type": kind, **fields, "sequence_number": next(number)}


def _events(started: Json, finished: Json, answer: Answer, item_id: str) -> Iterator[tuple[str, Json]]:
    item = finished["output"][-1]
    index = len(finished["output"]) - 1
    part = item["content"][0]
    place = {"item_id": item_id, "output_index": index, "content_index": 0}
    name, key = ("refusal", "refusal") if answer.refusal else ("output_text", "text")
    yield "response.created", {"response": started}
    yield "response.in_progress", {"response": started}
    for position, done in enumerate(finished["output"][:index]):
        yield "response.output_item.added", {"output_index": position, "item": done}
        yield "response.output_item.done", {"output_index": position, "item": done}
    opened = {**item, "status": "in_progress", "content": []}
    yield "response.output_item.added", {"output_index": index, "item": opened}
    yield "response.content_part.added", {**place, "part": {**part, key: ""}}
    for piece in answer.pieces:
        yield f"response.{name}.delta", {**place, "delta": piece, "logprobs": []}
    yield f"response.{name}.done", {**place, key: part[key], "logprobs": []}
    yield "response.content_part.done", {**place, "part": part}
    yield "response.output_item.done", {"output_index": index, "item": item}
    yield f"response.{finished['status']}", {"response": finished}


def _started(answer: Answer, asked: Asked) -> Json:
    body = asked.body
    return {
        "id": new_id("resp_"),
        "object": "response",
        "created_at": int(time.time()),
        "status": "in_progress",
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "metadata": (body.get("metadata") or {}) | {"stand_in": "true"},
        "model": answer.model,
        "output": [],
        "parallel_tool_calls": True,
        "previous_response_id": body.get("previous_response_id"),
        "reasoning": {"effort": (body.get("reasoning") or {}).get("effort"), "summary": None},
        "service_tier": "default",
        "store": body.get("store", True),
        "temperature": body.get("temperature", 1.0),
        "text": body.get("text") or {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "top_p": body.get("top_p", 1.0),
        "truncation": "disabled",
        "usage": None,
    }


def _finished(started: Json, answer: Answer, item_id: str) -> Json:
    reason = _INCOMPLETE.get(answer.finish_reason)
    status = "incomplete" if reason else "completed"
    message = {
        "id": item_id,
        "type": "message",
        "status": status,
        "role": "assistant",
        "content": [_part(answer)],
    }
    thinking = {"id": new_id("rs_"), "type": "reasoning", "summary": []}
    return started | {
        "status": status,
        "completed_at": int(time.time()),
        "incomplete_details": {"reason": reason} if reason else None,
        "output": [thinking, message] if answer.usage.reasoning_tokens else [message],
        "usage": _usage(answer.usage),
    }


def _part(answer: Answer) -> Json:
    if answer.refusal:
        return {"type": "refusal", "refusal": answer.refusal}
    return {"type": "output_text", "annotations": [], "logprobs": [], "text": answer.text}


def _usage(usage: Usage) -> Json:
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {"cached_tokens": usage.cached_tokens},
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.total_tokens,
    }
