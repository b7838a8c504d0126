"""What happens when telemetry itself fails: the app never notices, and one log line says so."""

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import ParamSpec, TypeVar

logger = logging.getLogger("spanmart.instrumentation")

P = ParamSpec("P")
T = TypeVar("T")

_said: set[str] = set()


def log_once(message: str, *details: object, level: int = logging.WARNING) -> None:
    """Log `message` the first time only, however often and with whatever `details` it comes."""
    if message in _said:
        return
    _said.add(message)
    with suppress(Exception):  # a handler of the app's; nothing is left to tell it with
        logger.log(level, message, *details)


def never_raises(doing: str) -> Callable[[Callable[P, T]], Callable[P, T | None]]:
    """Decorate telemetry code that runs inside the app's call: an error is said once and gives None.

    `doing` completes the sentence "spanmart failed while ...".
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T | None]:
        @wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> T | None:
            try:
                return function(*args, **kwargs)
            except Exception as error:
                log_failure(doing, error)
                return None

        return guarded

    return decorate


def log_failure(doing: str, error: BaseException) -> None:
    """Say once that telemetry failed; the stack trace is for whoever turned debug logging on."""
    message = f"spanmart failed while {doing}; the app is not affected: %s: %s"
    log_once(message, type(error).__name__, _words(error))
    with suppress(Exception):
        logger.debug("spanmart failed while %s", doing, exc_info=error)


def _words(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "(no message)"


def reset_log_once() -> None:
    """Say everything again; for tests."""
    _said.clear()
