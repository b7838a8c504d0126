"""The sanitizer that every text passes before it leaves, also where instrumentation was not switched on."""

from spanmart.instrumentation.privacy.redaction import Redaction, redaction_of_environment
from spanmart.instrumentation.privacy.sanitizer import Sanitizer, length_limit

_active: Sanitizer | None = None


def active_sanitizer() -> Sanitizer:
    """The one in use; where none was set, what the environment asks for."""
    return _active or make_sanitizer(None)


def use_sanitizer(sanitizer: Sanitizer | None) -> None:
    """Let this one be in use from now on; None leaves it to the environment."""
    global _active  # noqa: PLW0603
    _active = sanitizer


def make_sanitizer(redact: Redaction | bool | None) -> Sanitizer:
    """A sanitizer that redacts so; None leaves it to the environment."""
    redaction = redaction_of_environment() if redact is None else redact
    if isinstance(redaction, bool):
        redaction = Redaction() if redaction else None
    return Sanitizer(redaction, length_limit())
