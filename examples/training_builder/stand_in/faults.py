"""Failures, dealt from a shuffled deck, so that every hundred requests hold each in its configured number."""

import enum
import random
import threading
from collections.abc import Mapping

from .asked import Asked
from .errors import ApiError


class Fault(enum.Enum):
    """What can go wrong with one request."""

    RATE_LIMITED = "rate_limited"  # 429 once; the client's retry is answered
    QUOTA = "quota"  # 429 insufficient_quota, also for the retries
    OVERLOADED = "overloaded"  # 503 once; the client's retry is answered
    SERVER_ERROR = "server_error"  # 500, also for the retries
    SLOW = "slow"  # no byte for many seconds; the client's retry is answered
    REFUSAL = "refusal"  # the model declines
    CONTENT_FILTER = "content_filter"  # the answer ends early, finish_reason content_filter
    INVALID_JSON = "invalid_json"  # JSON was asked for, without a strict schema, and does not parse
    CUT_STREAM = "cut_stream"  # the connection breaks in the middle of a stream

    def strikes(self, asked: Asked) -> bool:
        """Say whether this fault can happen to this request at all."""
        if self is Fault.CUT_STREAM:
            return asked.stream
        if self is Fault.INVALID_JSON:
            return asked.wants_json and not asked.strict
        if self in (Fault.REFUSAL, Fault.CONTENT_FILTER):
            return asked.writes
        return True


_PERSISTENT = frozenset({Fault.QUOTA, Fault.SERVER_ERROR})
_DECK = 100

DEMO = {
    Fault.RATE_LIMITED: 5,
    Fault.QUOTA: 1,
    Fault.OVERLOADED: 3,
    Fault.SERVER_ERROR: 2,
    Fault.SLOW: 3,
    Fault.REFUSAL: 2,
    Fault.CONTENT_FILTER: 1,
    Fault.INVALID_JSON: 2,
    Fault.CUT_STREAM: 2,
}


class Faults:
    """Decides which request fails how: `per_hundred` says how many of every hundred requests meet each fault.

    `ValueError` if the numbers are negative or add up to more than a hundred.
    """

    def __init__(self, per_hundred: Mapping[Fault, int] | None = None, seed: int = 0) -> None:
        self._per_hundred = dict(per_hundred or {})
        if min(self._per_hundred.values(), default=0) < 0 or sum(self._per_hundred.values()) > _DECK:
            raise ValueError(
                f"faults are numbers per hundred requests and at most 100 together: {per_hundred}"
            )
        self._random = random.Random(seed)
        self._deck: list[Fault | None] = []
        self._in_hand: list[Fault] = []
        self._fates: dict[bytes, Fault] = {}
        self._lock = threading.Lock()

    def deal(self, asked: Asked) -> Fault | None:
        """Return the fault that meets this request; a retry of the same request meets a lasting one again."""
        with self._lock:
            if asked.is_retry:
                return self._fates.get(asked.digest)
            self._fates.pop(asked.digest, None)
            fault = self._draw(asked)
            if fault in _PERSISTENT:
                self._fates[asked.digest] = fault
            return fault

    def _draw(self, asked: Asked) -> Fault | None:
        """Take a fault kept for want of a request it could strike, else the next card."""
        kept = next((fault for fault in self._in_hand if fault.strikes(asked)), None)
        if kept is not None:
            self._in_hand.remove(kept)
            return kept
        if not self._deck:
            self._shuffle()
        card = self._deck.pop()
        if card is None or card.strikes(asked):
            return card
        self._in_hand.append(card)
        return None

    def _shuffle(self) -> None:
        faults = [fault for fault, number in self._per_hundred.items() for _ in range(number)]
        self._deck = [*faults, *[None] * (_DECK - len(faults))]
        self._random.shuffle(self._deck)


def error_of(fault: Fault, asked: Asked) -> ApiError | None:
    """Return the error that a fault is answered with; None for the faults that show in a 200."""
    used = 480 + len(asked.digest) + asked.digest[0] % 21
    match fault:
        case Fault.RATE_LIMITED:
            message = (
                f"Rate limit reached for {asked.model} on requests per min (RPM): limit 500, used {used}. "
                "Please try again in 300ms."
            )
            headers = {"retry-after": "1", "retry-after-ms": "300"}
            return ApiError(429, message, type="requests", code="rate_limit_exceeded", headers=headers)
        case Fault.QUOTA:
            message = "You exceeded your current quota, please check your plan and billing details."
            headers = {"x-should-retry": "false"}
            return ApiError(
                429, message, type="insufficient_quota", code="insufficient_quota", headers=headers
            )
        case Fault.OVERLOADED:
            message = "The engine is currently overloaded, please try again later."
            return ApiError(503, message, type="server_error", headers={"retry-after-ms": "200"})
        case Fault.SERVER_ERROR:
            message = "The server had an error while processing your request. Sorry about that!"
            return ApiError(500, message, type="server_error", headers={"retry-after-ms": "200"})
        case _:
            return None
