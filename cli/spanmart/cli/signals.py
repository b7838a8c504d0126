"""SIGTERM and SIGINT: the first asks to stop in order, the second ends the process at once."""

import os
import queue
import signal
import socket
import threading


class StopSignals:
    """Takes both signals over from the moment it is made; main thread only."""

    def __init__(self) -> None:
        self._received: queue.SimpleQueue[signal.Signals] = queue.SimpleQueue()
        # The kernel may give a signal to any thread, and a handler in Python then runs only when the main
        # thread next wakes, perhaps never. The byte that the signal writes here wakes a thread that waits.
        self._bytes, self._written = socket.socketpair()
        self._written.setblocking(False)
        threading.Thread(target=self._take, name="signals", daemon=True).start()
        signal.set_wakeup_fd(self._written.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)

    def wait(self) -> str:
        """Wait for the first signal and return its name."""
        return self._received.get().name

    def _take(self) -> None:
        [first] = self._bytes.recv(1)
        self._received.put(signal.Signals(first))
        [second] = self._bytes.recv(1)
        os._exit(128 + second)
