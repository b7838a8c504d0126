"""Limits on how often: a bucket for each key, which holds so many requests and fills at a steady rate."""

import threading
import time
from collections.abc import Callable

MOST_KEYS = 10_000


class Throttle:
    """`most` at once, and again as many each `period_s`. One for all threads; what it holds is bounded."""

    def __init__(self, most: float, period_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._per_s = most / period_s
        self._clock = clock
        self._lock = threading.Lock()
        # What was left of each bucket, and when; a key that is missing has a full one.
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, key: str) -> float:
        """Take one, or say for how many seconds there is none."""
        now = self._clock()
        with self._lock:
            left = self._fill(key, now)
            if left < 1:
                return (1 - left) / self._per_s
            self._keep(key, left - 1, now)
        return 0.0

    def forget(self, key: str) -> None:
        with self._lock:
            self._left.pop(key, None)

    def _fill(self, key: str, now: float) -> float:
        left, at = self._left.get(key, (self._most, now))
        return min(self._most, left + (now - at) * self._per_s)

    def _keep(self, key: str, left: float, now: float) -> None:
        # The one that was used longest ago goes first, and is the fullest of all.
        self._left.pop(key, None)
        while len(self._left) >= MOST_KEYS:
            del self._left[next(iter(self._left))]
        self._left[key] = (left, now)
