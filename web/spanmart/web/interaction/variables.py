"""The variables of a prompt: which were given, which are missing, and where they stand in the prompt."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Shorter values would be found by accident all over the text.
SHORTEST_MARKED = 3


@dataclass(frozen=True)
class Variable:
    """A variable and its value; None where it has none."""

    name: str
    value: str | None
    required: bool
    missing: bool


@dataclass(frozen=True)
class Segment:
    """A piece of the prompt; `variable` names the variable whose value it is, if it is one."""

    text: str
    variable: str | None


def list_variables(interaction: Mapping[str, Any]) -> list[Variable]:
    """All variables that the prompt requires or that were given, missing ones first."""
    found = interaction.get("input_variables")
    given: Mapping[str, Any] = found if isinstance(found, dict) else {}
    required = interaction.get("required_variables") or []
    missing = set(interaction.get("missing_variables") or [])
    names = dict.fromkeys([*required, *given, *missing])
    listed = [Variable(name, _text(given.get(name)), name in required, name in missing) for name in names]
    return sorted(listed, key=lambda variable: not variable.missing)


def mark(prompt: str, variables: list[Variable]) -> list[Segment]:
    """Cut the prompt at the values of its variables."""
    names = {v.value: v.name for v in variables if v.value and len(v.value) >= SHORTEST_MARKED}
    if not names:
        return [Segment(prompt, None)]
    pattern = "|".join(re.escape(value) for value in sorted(names, key=len, reverse=True))
    pieces = re.split(f"({pattern})", prompt)
    return [
        Segment(piece, names.get(piece) if odd % 2 else None) for odd, piece in enumerate(pieces) if piece
    ]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
