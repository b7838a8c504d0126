"""SIGTERM and SIGINT: the first asks to stop in order, the second ends the process at once."""

import os
import queue
import signal
from types import FrameType


class StopSignals:
    """Takes both signals over from the moment it is made; main thread only."""

    def __init__(self) -> None:
        # A SimpleQueue may be put into from a signal handler; an Event's lock may be held by the very thread
        # that the handler interrupts.
        self._received: queue.SimpleQueue[signal.Signals] = queue.SimpleQueue()
        self._asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def wait(self) -> str:
        """Wait for the first signal and return its name."""
        return self._received.get().name

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._asked:
            os._exit(128 + number)
        self._asked = True
        self._received.put(signal.Signals(number))
