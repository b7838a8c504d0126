"""Questions under way, so that one that takes long never keeps the files from being closed."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

END_S = 2.0
# A question may be between two statements when it is told to end, and goes on with the next.
_AGAIN_S = 0.02


class Questions:
    """Connections on which somebody reads. DuckDB waits for them when it closes, however long they take."""

    def __init__(self) -> None:
        self.may_be_asked = False  # once there is every mart that they read
        self._open: set[duckdb.DuckDBPyConnection] = set()
        self._lock = threading.Lock()

    @contextmanager
    def count_open(self, connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """Count the connection for as long as the block lasts, and close it then."""
        with self._lock:
            self._open.add(connection)
        try:
            yield
        finally:
            # Closed under the lock: nobody interrupts what is no longer there.
            with self._lock:
                self._open.discard(connection)
                connection.close()

    def end(self) -> None:
        """Interrupt all that are under way, and wait for a moment until they have ended."""
        give_up = time.monotonic() + END_S
        while self._interrupt_all() and time.monotonic() < give_up:
            time.sleep(_AGAIN_S)

    def _interrupt_all(self) -> int:
        with self._lock:
            for connection in self._open:
                connection.interrupt()
            return len(self._open)
