"""What every text passes on its way out of the process: it is redacted, cut to a length, made valid Unicode.

Without redaction and without a limit, which is how it is if nobody asks, no text is looked at twice.
"""

import json
import os
import re
from collections.abc import Mapping
from typing import Any, Final

from spanmart.instrumentation import semconv
from spanmart.instrumentation.diagnostics import log_once
from spanmart.instrumentation.privacy.detectors import is_secret_name
from spanmart.instrumentation.privacy.redaction import REDACTED, Redaction
from spanmart.instrumentation.values import (
    Attributes,
    AttributeValue,
    clean_attributes,
    clean_text,
    json_text,
)

LIMIT_VARIABLES: Final = (
    "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT",
)
_ID = re.compile(r"\w+|[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12}")
_MARK: Final = "[... {} characters cut ...]"
_LEAST_NUMBER: Final = 1_000_000  # what a number in JSON must at least be to be somebody's telephone


class Sanitizer:
    """Redacts by `redaction`, then cuts to `limit` characters; `private` finds values of named variables."""

    __slots__ = ("_limit", "_private", "_redaction")

    def __init__(
        self,
        redaction: Redaction | None = None,
        limit: int | None = None,
        private: "re.Pattern[str] | None" = None,
    ) -> None:
        self._redaction = redaction
        self._limit = limit
        self._private = private

    @property
    def redacts(self) -> bool:
        """Something may be taken out."""
        return self._redaction is not None

    def with_private_values(self, variables: Mapping[str, object]) -> "Sanitizer":
        """A sanitizer that also takes out the values that the named ones of these variables have."""
        if self._redaction is None:
            return self
        known = [self._private] if self._private is not None else []
        found = self._redaction.private_values(variables, known)
        return self if found is None else Sanitizer(self._redaction, self._limit, found)

    def attributes(self, attributes: Mapping[str, object]) -> Attributes:
        """Attributes as they may leave, such that any exporter can encode them; None is left out."""
        cleaned = clean_attributes(attributes)
        if self._redaction is None and self._limit is None:
            return cleaned
        return dict(self._attribute(key, value) for key, value in cleaned.items())

    def text(self, text: str) -> str:
        """A text as it may leave."""
        return self._cut(self._redact(clean_text(text)))

    def foreign_attributes(self, attributes: Mapping[str, Any] | None) -> dict[str, Any]:
        """Attributes of another instrumentation, or a part of one, as they may leave."""
        return {key: self.foreign(key, value) for key, value in (attributes or {}).items()}

    def foreign(self, key: str, value: Any) -> Any:
        """What another instrumentation says under `key`, of whose names no list is kept."""
        if key in semconv.VOCABULARY:
            return value
        if isinstance(value, str):
            if value and self._is_secret(key, value):
                return REDACTED
            is_id = key.endswith(("id", "model")) and _ID.fullmatch(value) is not None
            return self._cut(self._redact(value, identity=is_id))
        if isinstance(value, (list, tuple)):
            return [self.foreign(key, entry) for entry in value]
        return self.foreign_attributes(value) if isinstance(value, Mapping) else value

    def _attribute(self, key: str, value: AttributeValue) -> tuple[str, AttributeValue]:
        if key in semconv.VOCABULARY:
            return key, value
        prefix = _prefix(key) if key.startswith(semconv.NAMED_BY_THE_APP) else ""
        name = key[len(prefix) :]
        if prefix and value and self._redaction is not None and self._redaction.hides(name):
            return key, REDACTED
        named = prefix + self._redact(name) if prefix else key
        if isinstance(value, str):
            is_id = key in semconv.IDENTITIES and _ID.fullmatch(value) is not None
            return named, self._cut(self._redact(value, identity=is_id))
        if isinstance(value, (list, tuple)):
            return named, [self._cut(self._redact(entry)) for entry in value]
        return named, self._number(value) if prefix else value

    def _redact(self, text: str, *, identity: bool = False) -> str:
        if self._redaction is None or not text:
            return text
        if _looks_like_json(text):
            if self._redaction.leaves(text, self._private):
                return text
            redacted = self._redact_json(text)
            if redacted is not None:
                return redacted
        return self._redaction.text(text, self._private, identity=identity)

    def _redact_json(self, text: str) -> str | None:
        """JSON stays JSON: its texts are redacted one by one, without escapes. None where it is none."""
        try:
            value = json.loads(text)
            redacted = self._walk(value)
        except (ValueError, RecursionError):
            return None
        return text if redacted == value else json_text(redacted)

    def _walk(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._redact(value)
        if isinstance(value, list):
            return [self._walk(entry) for entry in value]
        if isinstance(value, dict):
            return {
                self._redact(key): REDACTED if entry and self._is_secret(key, entry) else self._walk(entry)
                for key, entry in value.items()
            }
        return self._number(value)

    def _is_secret(self, key: str, entry: object) -> bool:
        return isinstance(entry, str) and self._redaction is not None and is_secret_name(key)

    def _number(self, value: Any) -> Any:
        if self._redaction is None or not isinstance(value, int) or -_LEAST_NUMBER < value < _LEAST_NUMBER:
            return value
        text = str(value)
        redacted = self._redact(text)
        return value if redacted == text else redacted

    def _cut(self, text: str) -> str:
        if self._limit is None or len(text) <= self._limit:
            return text
        if _looks_like_json(text):
            try:
                return _shorter_json(json.loads(text), self._limit)
            except (ValueError, RecursionError):
                pass
        return _shorter(text, self._limit)


def _prefix(key: str) -> str:
    return next(prefix for prefix in semconv.NAMED_BY_THE_APP if key.startswith(prefix))


def length_limit() -> int | None:
    """The smallest of the limits that the standard variables set; the SDK would cut there without a mark."""
    limits = [_limit(name) for name in LIMIT_VARIABLES if os.environ.get(name, "").strip()]
    return min((limit for limit in limits if limit is not None), default=None)


def _limit(name: str) -> int | None:
    given = os.environ[name].strip()
    if given.isdecimal():
        return int(given)
    log_once("%s=%s is not a number of characters: it is ignored", name, given)
    return None


def _looks_like_json(text: str) -> bool:
    return text[:64].lstrip()[:1] in ("{", "[")


def _shorter(text: str, limit: int) -> str:
    """Beginning and end of `text`, with a mark between them that says how much is missing."""
    room = limit - len(_MARK.format(len(text)))
    if room <= 0:
        return text[:limit]
    end = room // 3
    return text[: room - end] + _MARK.format(len(text) - room) + text[len(text) - end :]


def _shorter_json(value: Any, limit: int) -> str:
    """JSON with its longest texts shortened, more and more until all of it is short enough."""
    allowed = limit
    while allowed > len(_MARK):
        allowed //= 2
        text = json_text(_shorten_texts(value, allowed))
        if len(text) <= limit:
            return text
    return _shorter(json_text(value), limit)


def _shorten_texts(value: Any, limit: int) -> Any:
    if isinstance(value, str):
        return value if len(value) <= limit else _shorter(value, limit)
    if isinstance(value, list):
        return [_shorten_texts(entry, limit) for entry in value]
    if isinstance(value, dict):
        return {key: _shorten_texts(entry, limit) for key, entry in value.items()}
    return value
