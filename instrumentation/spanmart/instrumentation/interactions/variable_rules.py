"""What the variables of a prompt have to be, checked before the model is called."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Kind: TypeAlias = type
Kinds: TypeAlias = Kind | tuple[Kind, ...]

_NUMBERS: Mapping[Kind, tuple[Kind, ...]] = {float: (float, int), int: (int,)}


@dataclass(frozen=True)
class Rule:
    """What one variable has to be: of a type, of a length, one of some values; what is not said is free.

    A float may be written as an int; True and False are no numbers. Texts and lists have a length.

    Raises:
        TypeError: `type` is no type, or `one_of` is one text.
        ValueError: no length can be both at least `min_length` and at most `max_length`.
    """

    type: Kinds | None = None
    min_length: int | None = None
    max_length: int | None = None
    one_of: Collection[object] | None = None

    def __post_init__(self) -> None:
        if not all(isinstance(kind, Kind) for kind in self._types()):
            raise TypeError(f"type takes a type or a tuple of them, not {self.type!r}")
        if isinstance(self.one_of, str):
            raise TypeError(f"one_of takes a list of values, not {self.one_of!r}")
        if self.min_length is not None and self.max_length is not None and self.min_length > self.max_length:
            raise ValueError(f"no length is at least {self.min_length} and at most {self.max_length}")

    def objection(self, value: object) -> str | None:
        """What is wrong with `value`, without saying it; None if nothing is."""
        try:
            return self._objection(value)
        except Exception as error:
            return f"cannot be checked ({error.__class__.__name__})"

    def _objection(self, value: object) -> str | None:
        if self.type is not None and not any(_is(value, kind) for kind in self._types()):
            names = " or ".join(kind.__name__ for kind in self._types())
            return f"is {value.__class__.__name__}, not {names}"
        if self.min_length is not None and len(value) < self.min_length:  # type: ignore[arg-type]
            return f"is shorter than {self.min_length}"
        if self.max_length is not None and len(value) > self.max_length:  # type: ignore[arg-type]
            return f"is longer than {self.max_length}"
        if self.one_of is not None and value not in self.one_of:
            return "is not one of the allowed values"
        return None

    def _types(self) -> tuple[Kind, ...]:
        if self.type is None:
            return ()
        return self.type if isinstance(self.type, tuple) else (self.type,)


class InvalidVariables(ValueError):
    """Variables that a prompt cannot be filled in with: raised where it says `on_invalid="raise"`.

    `missing` are names of required variables that are absent or empty; `invalid` says what is wrong with
    others.
    """

    def __init__(self, prompt: str, missing: list[str], invalid: Mapping[str, str]) -> None:
        self.missing = missing
        self.invalid = dict(invalid)
        said = [f"{name} is missing" for name in missing]
        said += [f"{name} {objection}" for name, objection in invalid.items()]
        super().__init__(f"{prompt}: {', '.join(said)}")


def _is(value: object, kind: Kind) -> bool:
    if isinstance(value, bool) and kind in _NUMBERS:
        return False
    return isinstance(value, _NUMBERS.get(kind, kind))
