"""Bodies that were valid once: bytes flipped, cut out, doubled, spliced, and JSON edited at random."""

import json
import random
from collections.abc import Iterator
from typing import Any

# What a JSON value may be replaced by: each type, and numbers at the edges of theirs.
ODD_VALUES: list[Any] = [
    None,
    True,
    -1,
    2**64,
    1e308,
    "",
    "x" * 1000,
    [],
    {},
    [[]],
    {"a": 1},
    "\ud800",
    "NaN",
]


class Mutations:
    """The same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)

    def of_bytes(self, body: bytes, other: bytes = b"") -> bytes:
        """A body with one to three faults; a piece of `other` may be one."""
        changed = bytearray(body)
        for _ in range(self._dice.randint(1, 3)):
            fault = self._dice.choice(
                [self._flip, self._flip, self._cut, self._double, self._lie, self._truncate, self._splice]
            )
            fault(changed, other)
        return bytes(changed)

    def of_json(self, tree: Any) -> bytes:
        """A body with one odd value or a misspelt name, or one whose text is damaged."""
        if self._dice.random() < 0.2:
            return self.of_bytes(json.dumps(tree).encode())
        copy = json.loads(json.dumps(tree))
        places = list(_places(copy))
        holder, key = self._dice.choice(places)
        if isinstance(holder, dict) and self._dice.random() < 0.2:
            holder[f"{key}_"] = holder.pop(key)
        else:
            holder[key] = self._dice.choice(ODD_VALUES)
        return json.dumps(copy).encode()

    def _at(self, body: bytes | bytearray) -> int:
        return self._dice.randrange(len(body)) if body else 0

    def _flip(self, body: bytearray, _: bytes) -> None:
        if body:
            body[self._at(body)] ^= 1 << self._dice.randrange(8)

    def _cut(self, body: bytearray, _: bytes) -> None:
        start = self._at(body)
        del body[start : start + self._dice.randint(1, 20)]

    def _double(self, body: bytearray, _: bytes) -> None:
        start = self._at(body)
        body[start:start] = body[start : start + self._dice.randint(1, 200)]

    def _lie(self, body: bytearray, _: bytes) -> None:
        """Let a length, perhaps, be another."""
        if body:
            body[self._at(body)] = self._dice.choice([0, 1, 0x7F, 0x80, 0xFF])

    def _splice(self, body: bytearray, other: bytes) -> None:
        at, start = self._at(body), self._at(other)
        body[at:at] = other[start : start + self._dice.randint(1, 200)]

    def _truncate(self, body: bytearray, _: bytes) -> None:
        del body[self._at(body) :]


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Each value's holder and its key or index there."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        yield tree, key
        yield from _places(value)
