"""A call as a conversation: who said what, in order.

The marts hold the messages as the GenAI conventions write them. Where a call has none in that form, its
prompt and its response are the conversation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spanmart.warehouse.queries import json_text


@dataclass(frozen=True)
class Part:
    """A piece of a turn: text, or a call of a tool, its result or other content as JSON."""

    kind: str
    title: str | None
    text: str


@dataclass(frozen=True)
class Turn:
    """What one role said."""

    role: str
    parts: tuple[Part, ...]


def read_conversation(interaction: Mapping[str, Any]) -> list[Turn]:
    """The turns of a call, system instructions first, the model's answer last."""
    asked = _turns(interaction["input_messages"])
    if asked:
        system = _texts(interaction, ("system", "system_instructions"))
    else:
        asked, system = _texts(interaction, ("user", "rendered_prompt")), []
    answered = _turns(interaction["output_messages"]) or _texts(interaction, ("assistant", "ai_response"))
    return [*system, *asked, *answered]


def _texts(interaction: Mapping[str, Any], *columns: tuple[str, str]) -> list[Turn]:
    return [
        Turn(role, (Part("text", None, interaction[column]),))
        for role, column in columns
        if interaction[column]
    ]


def _turns(messages: object) -> list[Turn]:
    found = messages if isinstance(messages, list) else []
    return [
        Turn(str(message.get("role", "unknown")), _parts(message.get("parts")))
        for message in found
        if isinstance(message, dict)
    ]


def _parts(parts: object) -> tuple[Part, ...]:
    found = parts if isinstance(parts, list) else []
    return tuple(_part(part) for part in found if isinstance(part, dict))


def _part(part: Mapping[str, Any]) -> Part:
    kind = str(part.get("type", "unknown"))
    if kind in ("text", "reasoning") and isinstance(part.get("content"), str):
        return Part(kind, None if kind == "text" else kind, part["content"])
    if kind == "tool_call":
        return Part(kind, f"calls {part.get('name', 'a tool')}", _show(part.get("arguments")))
    if kind == "tool_call_response":
        return Part(kind, "tool result", _show(part.get("response", part.get("result"))))
    return Part(kind, kind.replace("_", " "), _show({**part}))


def _show(value: object) -> str:
    return value if isinstance(value, str) else json_text.pretty(value)
