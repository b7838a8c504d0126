"""What can go wrong when a spanmart is asked; each message says what is wrong, mostly in the server's words.

SpanmartError
├── Unreachable          nothing answers at the address, or the answer broke off
├── UnexpectedAnswer     what answers is no spanmart, or has failed
├── InvalidRequest       a filter or value does not fit; `faults` names each (also a ValueError)
├── NotAllowed           no token was shown, or one that does not count or lacks the scope
├── UnknownInteraction   no interaction has that id
├── InvalidCursor        a cursor that no page of this list gave
├── TooManyRequests      more than the limit; `retry_after_s` says when to come again
└── NotReady             the marts are being built, or feedback could not be stored: come again
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One parameter that does not fit."""

    parameter: str
    message: str


class SpanmartError(Exception):
    """Base of all errors of the client."""


class Unreachable(SpanmartError):
    """Nothing answers at the address, or the answer broke off."""


class UnexpectedAnswer(SpanmartError):
    """What answers is no spanmart, or has failed."""


class InvalidRequest(SpanmartError, ValueError):
    """A filter or value does not fit."""

    def __init__(self, message: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(message)
        self.faults = faults


class NotAllowed(SpanmartError):
    """No token was shown, or one that does not count or lacks the scope."""


class UnknownInteraction(SpanmartError):
    """No interaction has that id."""


class InvalidCursor(SpanmartError):
    """The cursor was not given by a page of this list."""


class ComeAgain(SpanmartError):
    """Base of what passes by itself."""

    def __init__(self, message: str, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class TooManyRequests(ComeAgain):
    """More requests than the server allows."""


class NotReady(ComeAgain):
    """The marts are being built for the first time, or feedback could not be stored."""
