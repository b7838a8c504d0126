"""Redaction: what is taken out of every text before it leaves the process.

There is no standard variable for it; these are named as those of other Python instrumentations are.
"""

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from spanmart.instrumentation.diagnostics import log_failure, log_once
from spanmart.instrumentation.privacy.detectors import BUILT_IN, Find, Span, is_harmless, is_secret_name
from spanmart.instrumentation.values import clean_text, variable_text

VARIABLE: Final = "OTEL_PYTHON_SPANMART_REDACT"
NAMES_VARIABLE: Final = "OTEL_PYTHON_SPANMART_REDACT_VARIABLES"

REDACTED: Final = "[redacted]"
FAILED: Final = "[redacted: the redaction failed]"
_OF_DIGITS: Final = (BUILT_IN["phone"], BUILT_IN["card"])
_LONG_WORD: Final = 40
_WHOLE_WORD: Final = 4  # values shorter than this occur inside of other words
_ESCAPE = re.compile(r"\\+(?:u[\da-fA-F]{4}|x[\da-fA-F]{2}|U[\da-fA-F]{8}|.)", re.DOTALL)


@dataclass(frozen=True)
class Redaction:
    """What to take out of texts before they leave the process.

    `patterns` are names of built-in ones (`email`, `phone`, `card`, `key`; by default all of them) and
    regular expressions of the app's own. `variables` are names of prompt variables: their values are taken
    out wherever they occur in the interaction, and so are context and metadata of these names. `functions`
    are the app's own, each from text to text; a text that one of them fails on is taken out whole.

    Raises:
        TypeError: one text is given where a list of them is meant, or something that is no function.
        ValueError: a pattern is not one of the built-in ones.
    """

    patterns: Sequence["str | re.Pattern[str]"] = tuple(BUILT_IN)
    variables: Sequence[str] = ()
    functions: Sequence[Callable[[str], str]] = ()

    def __post_init__(self) -> None:
        for field in ("patterns", "variables", "functions"):
            given = getattr(self, field)
            if isinstance(given, str) or not isinstance(given, Iterable):
                raise TypeError(f"{field} takes a list, not {given!r}")
            object.__setattr__(self, field, tuple(given))
        for pattern in self.patterns:
            if isinstance(pattern, str) and pattern not in BUILT_IN:
                raise ValueError(
                    f"{pattern!r} is not one of {', '.join(BUILT_IN)};"
                    f" a pattern of your own is written re.compile({pattern!r})"
                )
        for function in self.functions:
            if not callable(function):
                raise TypeError(f"functions takes functions from text to text, not {function!r}")

    def text(self, text: str, private: "re.Pattern[str] | None" = None, *, identity: bool = False) -> str:
        """`text` without what it must not say.

        `private` finds the values of named variables. An `identity` is often made of digits: it is not taken
        for a telephone number or a card.
        """
        try:
            redacted = _remove(text, self._find_all(text, private, identity=identity))
            for function in self.functions:
                redacted = function(redacted)
                if not isinstance(redacted, str):
                    raise TypeError(f"{function!r} gave {type(redacted).__name__}, not text")
        except Exception as error:
            log_failure("redacting a text, which is not recorded", error)
            return FAILED
        return redacted

    def leaves(self, text: str, private: "re.Pattern[str] | None" = None) -> bool:
        """Whether a quick look at `text`, which may be JSON, tells that nothing will be taken out of it."""
        return private is None and not (self.functions or self._own_finders) and is_harmless(text)

    def hides(self, name: str) -> bool:
        """Whether a variable, context or metadata of this name is taken out whole."""
        return name in self.variables or ("key" in self.patterns and is_secret_name(name))

    def private_values(
        self, variables: Mapping[str, object], known: Iterable["re.Pattern[str]"] = ()
    ) -> "re.Pattern[str] | None":
        """Finds the values that the named ones of `variables` have, and what `known` finds."""
        forms = {form for name in self.variables for form in _forms(variables.get(name))}
        if not forms:
            return None
        found = [_anywhere(form) for form in sorted(forms, key=len, reverse=True)]
        return re.compile("|".join([*found, *(other.pattern for other in known)]), re.IGNORECASE)

    @cached_property
    def _finders(self) -> list[tuple[str, Find]]:
        return [
            (f"[redacted {pattern}]", BUILT_IN[pattern])
            if isinstance(pattern, str)
            else (REDACTED, _make_finder(pattern))
            for pattern in self.patterns
        ]

    @cached_property
    def _own_finders(self) -> list[tuple[str, Find]]:
        return [finder for finder in self._finders if finder[1] not in BUILT_IN.values()]

    def _find_all(
        self, text: str, private: "re.Pattern[str] | None", *, identity: bool
    ) -> Iterator[tuple[Span, str]]:
        readings = (text, _ESCAPE.sub(_blanks, text)) if "\\" in text else (text,)
        named = [(REDACTED, _make_finder(private))] if private is not None else []
        is_word = len(text) < _LONG_WORD and text.isalpha()  # as most texts in JSON are
        for label, find in (*(self._own_finders if is_word else self._finders), *named):
            if not (identity and find in _OF_DIGITS):
                for reading in readings:
                    for span in find(reading):
                        yield span, label


def redaction_of_environment() -> Redaction | None:
    """What the variables ask for; a pattern that is not known is said once, and all of them are used."""
    asked = [part.strip() for part in os.environ.get(VARIABLE, "").lower().split(",") if part.strip()]
    names = [part.strip() for part in os.environ.get(NAMES_VARIABLE, "").split(",") if part.strip()]
    if asked in (["false"], ["off"], ["0"]) or not (asked or names):
        return None
    if asked in (["true"], ["on"], ["1"]):
        asked = list(BUILT_IN)
    elif not set(asked) <= set(BUILT_IN):
        log_once(
            "%s=%s is neither true, false nor some of %s: all of these are redacted",
            VARIABLE,
            ",".join(asked),
            ", ".join(BUILT_IN),
        )
        asked = list(BUILT_IN)
    return Redaction(asked, names)


def _remove(text: str, found: Iterable[tuple[Span, str]]) -> str:
    """`text` with a label in the place of each part that was found; parts that overlap are one."""
    pieces: list[str] = []
    end = 0
    for (start, after), label in sorted(found, key=lambda part: (part[0][0], -part[0][1])):
        if start >= end and after > start:
            pieces += [text[end:start], label]
        end = max(end, after)
    return "".join(pieces) + text[end:] if pieces else text


def _make_finder(pattern: "re.Pattern[str]") -> Find:
    return lambda text: (found.span() for found in pattern.finditer(text))


def _blanks(escape: "re.Match[str]") -> str:
    """As long as the escape: so that a secret that comes after it begins a word, at the same place."""
    return " " * len(escape[0])


def _forms(value: object) -> Iterator[str]:
    """A variable's value as it may stand in a text: as it is, and as JSON and Python escape it."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple, set, frozenset)):
        for entry in value:
            yield from _forms(entry)
    elif value is not None and not isinstance(value, bool):
        text = clean_text(variable_text(value)).strip()
        if text:
            yield from (text, *(escaped[1:-1] for escaped in (json.dumps(text), repr(text))))
            yield json.dumps(text, ensure_ascii=False)[1:-1]


def _anywhere(form: str) -> str:
    """A regular expression for a text however it is broken into lines; a short one only as a whole word."""
    words = r"\s+".join(map(re.escape, form.split()))
    return rf"(?<!\w){words}(?!\w)" if len(form) < _WHOLE_WORD else words
