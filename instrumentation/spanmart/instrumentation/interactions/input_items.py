"""Chat messages as the input items of the responses API, which names the same things otherwise."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

InputItem: TypeAlias = dict[str, Any]
"""One item of `input` as `responses.create` takes it."""


def input_items(messages: Iterable[Mapping[str, Any]]) -> list[InputItem]:
    """Messages with roles, calls of tools and what tools gave back, in their order."""
    return [item for message in messages for item in _items(message)]


def _items(message: Mapping[str, Any]) -> Iterable[InputItem]:
    role, content = message.get("role"), message.get("content")
    if role == "tool":
        yield {"type": "function_call_output", "call_id": message.get("tool_call_id"), "output": content}
        return
    if content is not None:
        text_type = "output_text" if role == "assistant" else "input_text"
        parts = [_part(part, text_type) for part in content] if isinstance(content, list) else content
        yield {"role": role, "content": parts}
    for call in message.get("tool_calls") or ():
        called = call.get("function") or {}
        yield {
            "type": "function_call",
            "call_id": call.get("id"),
            "name": called.get("name"),
            "arguments": called.get("arguments"),
        }


def _part(part: Any, text_type: str) -> Any:
    """One part of a message's content; what the responses API has no other name for stays as it is."""
    if not isinstance(part, Mapping):
        return {"type": text_type, "text": part}
    kind = part.get("type")
    if kind == "text":
        return {**part, "type": text_type}
    if kind == "image_url":
        image = part.get("image_url")
        detail = {"detail": image["detail"]} if isinstance(image, Mapping) and "detail" in image else {}
        url = image.get("url") if isinstance(image, Mapping) else image
        return {"type": "input_image", "image_url": url, **detail}
    if kind == "file":
        return {"type": "input_file", **(part.get("file") or {})}
    return dict(part)
