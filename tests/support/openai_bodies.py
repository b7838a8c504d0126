"""Bodies as the OpenAI API answers them, written by hand: whole, streamed, cut short, refused."""

from typing import Any

USAGE = {
    "prompt_tokens": 12,
    "completion_tokens": 5,
    "total_tokens": 17,
    "prompt_tokens_details": {"cached_tokens": 4},
    "completion_tokens_details": {"reasoning_tokens": 2},
}
RESPONSES_USAGE = {
    "input_tokens": 12,
    "output_tokens": 5,
    "total_tokens": 17,
    "input_tokens_details": {"cached_tokens": 4},
    "output_tokens_details": {"reasoning_tokens": 2},
}
TOOL_CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "weather", "arguments": '{"city": "Oslo"}'},
}
HEAD = {"id": "chatcmpl-1", "created": 1, "model": "gpt-4o-mini-2024-07-18"}


def error_body(message: str, code: str | None = None, kind: str = "invalid_request_error") -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def chat_body(
    content: str | None = "Hello there", finish_reason: str = "stop", **message: Any
) -> dict[str, Any]:
    said = {"role": "assistant", "content": content, **message}
    choice = {"index": 0, "finish_reason": finish_reason, "message": said}
    return {**HEAD, "object": "chat.completion", "choices": [choice], "usage": USAGE}


def chat_chunk(
    delta: dict[str, Any] | None = None, finish_reason: str | None = None, **more: Any
) -> dict[str, Any]:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish_reason}]
    return {**HEAD, "object": "chat.completion.chunk", "choices": choices, **more}


def chat_chunks(
    *texts: str,
    finish_reason: str | None = "stop",
    deltas: tuple[dict[str, Any], ...] = (),
    usage: bool = True,
) -> list[dict[str, Any]]:
    chunks = [chat_chunk({"role": "assistant", "content": ""})]
    chunks += [chat_chunk({"content": text}) for text in texts]
    chunks += [chat_chunk(delta) for delta in deltas]
    if finish_reason is not None:
        chunks.append(chat_chunk({}, finish_reason))
    return [*chunks, chat_chunk(usage=USAGE)] if usage else chunks


def message_item(text: str, **more: Any) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": []}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [part],
        **more,
    }


CALL_ITEM = {
    "id": "fc_1",
    "type": "function_call",
    "call_id": "call_1",
    "name": "weather",
    "arguments": '{"city": "Oslo"}',
    "status": "completed",
}
REFUSAL_ITEM = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "status": "completed",
    "content": [{"type": "refusal", "refusal": "I cannot help."}],
}


def response_body(*items: dict[str, Any], status: str = "completed", **more: Any) -> dict[str, Any]:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "status": status,
        "model": "gpt-4o-mini-2024-07-18",
        "output": list(items),
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": RESPONSES_USAGE,
        **more,
    }


def response_events(text: str = "Hello there", ending: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The events of a streamed text; `ending` is the last one, by default `response.completed`."""
    begun = {**response_body(status="in_progress"), "usage": None}
    item = message_item("", status="in_progress", content=[])
    where = {"output_index": 0, "item_id": "msg_1", "content_index": 0}
    events = [
        {"type": "response.created", "response": begun},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {
            "type": "response.content_part.added",
            "part": {"type": "output_text", "text": "", "annotations": []},
            **where,
        },
        *(
            {"type": "response.output_text.delta", "delta": word, "logprobs": [], **where}
            for word in _words(text)
        ),
        {"type": "response.output_text.done", "text": text, "logprobs": [], **where},
        {"type": "response.output_item.done", "output_index": 0, "item": message_item(text)},
        ending or {"type": "response.completed", "response": response_body(message_item(text))},
    ]
    return [{**event, "sequence_number": number} for number, event in enumerate(events)]


def _words(text: str) -> list[str]:
    first, *others = text.split(" ")
    return [first, *(f" {word}" for word in others)]


EMBEDDINGS = {
    "object": "list",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.5, -0.5]}],
    "model": "text-embedding-3-small",
    "usage": {"prompt_tokens": 7, "total_tokens": 7},
}
COMPLETION = {
    "id": "cmpl-1",
    "object": "text_completion",
    "created": 1,
    "model": "gpt-3.5-turbo-instruct",
    "choices": [{"index": 0, "text": "Hello there", "finish_reason": "stop", "logprobs": None}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
}
