"""What a user changed in a response, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

# Comparing takes quadratic time at worst: long texts are compared line by line.
MAX_WORDS = 4_000

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class Change:
    """A piece of text that was kept, deleted or inserted."""

    kind: Literal["equal", "delete", "insert"]
    text: str


def compare(before: str, after: str) -> list[Change]:
    """The pieces that make `before` (without the inserted ones) and `after` (without the deleted)."""
    return list(_compare(*_split(before, after)))


def _split(before: str, after: str) -> tuple[list[str], list[str]]:
    words = _WORDS.findall(before), _WORDS.findall(after)
    if len(words[0]) + len(words[1]) <= MAX_WORDS:
        return words
    return before.splitlines(keepends=True), after.splitlines(keepends=True)


def _compare(before: list[str], after: list[str]) -> Iterator[Change]:
    for kind, old_start, old_end, new_start, new_end in SequenceMatcher(
        None, before, after, autojunk=False
    ).get_opcodes():
        if kind == "equal":
            yield Change("equal", "".join(before[old_start:old_end]))
            continue
        if old_end > old_start:
            yield Change("delete", "".join(before[old_start:old_end]))
        if new_end > new_start:
            yield Change("insert", "".join(after[new_start:new_end]))
