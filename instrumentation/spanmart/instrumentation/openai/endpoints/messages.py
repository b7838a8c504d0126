"""Messages of the OpenAI API as the conventions' messages with parts."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from spanmart.instrumentation.openai.endpoints.endpoint import Part
from spanmart.instrumentation.values import entries, fields

_PLAIN = {"role", "content"}
_ANSWERING = ("tool", "function")


def text_part(text: object) -> Part:
    """A part of plain text."""
    return {"type": "text", "content": text}


def tool_call_part(identity: object, name: object, arguments: object) -> Part:
    """A call of a tool; arguments that are valid JSON become an object, others stay text."""
    return {"type": "tool_call", "id": identity, "name": name, "arguments": _parse(arguments)}


def tool_response_part(identity: object, response: object) -> Part:
    """What a tool gave back."""
    return {"type": "tool_call_response", "id": identity, "response": response}


def content_parts(content: object) -> Iterable[Part]:
    """The parts of a message's content, be it text, a list of parts, or nothing."""
    if isinstance(content, str):
        yield text_part(content)
    for part in entries(content):
        yield text_part(part) if isinstance(part, str) else _part(fields(part))


def chat_message(message: object) -> Part:
    """One message of a chat request or response."""
    said = fields(message)
    role = said.get("role") or "assistant"
    if said.keys() == _PLAIN and role not in _ANSWERING and type(said["content"]) is str:  # nearly all are
        return {"role": role, "parts": [text_part(said["content"])]}
    if role in _ANSWERING:
        identity = said.get("tool_call_id") or said.get("name")
        return {"role": "tool", "parts": [tool_response_part(identity, said.get("content"))]}
    return {"role": role, "parts": [*content_parts(said.get("content")), *_list_beside_content(said)]}


def tool_definition(tool: object) -> Part:
    """A tool that the model was offered, flat as the responses API has it; the oldest kind has no type."""
    said = fields(tool)
    return {**(fields(said.get("function")) or said), "type": said.get("type", "function")}


def _list_beside_content(message: Mapping[str, Any]) -> Iterable[Part]:
    """What an assistant's message has beside its content: refusal, tool calls, spoken words."""
    if message.get("refusal"):
        yield {"type": "refusal", "content": message["refusal"]}
    for call in entries(message.get("tool_calls")):
        yield chat_tool_call(fields(call))
    if message.get("function_call"):
        yield chat_tool_call({"function": message["function_call"]})
    transcript = fields(message.get("audio")).get("transcript")
    if transcript:
        yield text_part(transcript)


def chat_tool_call(call: Mapping[str, Any]) -> Part:
    """A tool call of the chat API: of a function, or of a custom tool with free text."""
    called = fields(call.get("function") or call.get("custom"))
    return tool_call_part(call.get("id"), called.get("name"), called.get("arguments", called.get("input")))


def _part(part: Mapping[str, Any]) -> Part:
    kind = part.get("type")
    if kind in ("text", "input_text", "output_text"):
        return text_part(part.get("text"))
    if kind == "refusal":
        return {"type": "refusal", "content": part.get("refusal")}
    if kind in ("image_url", "input_image"):
        image = part.get("image_url")
        return _link("image", fields(image).get("url", image), part.get("file_id"))
    if kind == "input_audio":
        audio = fields(part.get("input_audio"))
        return {
            "type": "blob",
            "modality": "audio",
            "mime_type": audio.get("format"),
            "content": audio.get("data"),
        }
    if kind in ("file", "input_file"):
        file = fields(part.get("file")) or part
        return _link("file", file.get("file_data") or file.get("file_url"), file.get("file_id"))
    return dict(part)


def _link(modality: str, address: object, file_id: object) -> Part:
    """A file by its id, a blob where the address is a data URI, else the address."""
    if not isinstance(address, str):
        return {"type": "file", "modality": modality, "file_id": file_id}
    if address.startswith("data:"):
        mime_type, _, content = address.removeprefix("data:").partition(";base64,")
        return {"type": "blob", "modality": modality, "mime_type": mime_type, "content": content}
    return {"type": "uri", "modality": modality, "uri": address}


def _parse(arguments: object) -> object:
    if not isinstance(arguments, str):
        return arguments
    try:
        return json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments
