"""Sending what is left when the app exits, without holding it up.

Each pipeline has a thread that waits for the exit from the start: later, newer Pythons start no more threads.
"""

import atexit
import os
from collections.abc import Callable
from threading import Event, Thread
from time import monotonic
from typing import Final

from spanmart.instrumentation.abandoned import end_what_was_put_off
from spanmart.instrumentation.diagnostics import say_failure, say_once
from spanmart.instrumentation.streams import end_open_streams

EXIT_SECONDS: Final = 5.0  # the longest that flushing may hold up the exit of the app

exiting = Event()
"""Set when the process is on its way out: an export that fails now is not tried again."""

_flushes: list[Callable[[], object]] = []
_threads: list[Thread] = []


def flush_at_exit(flush: Callable[[], object]) -> None:
    """Have `flush` called when the process exits, in a thread of its own."""
    if not _flushes:
        atexit.register(_flush_all)
        os.register_at_fork(after_in_child=_wait_again)
    _flushes.append(flush)
    _wait_with(flush)


def _wait_with(flush: Callable[[], object]) -> None:
    def wait_and_flush() -> None:
        exiting.wait()
        try:
            flush()
        except Exception as error:
            say_failure("flushing at exit", error)

    thread = Thread(target=wait_and_flush, name="spanmart-flush-at-exit", daemon=True)
    thread.start()
    _threads.append(thread)


def _wait_again() -> None:
    """In a forked child: threads are not forked."""
    _threads.clear()
    for flush in _flushes:
        _wait_with(flush)


def _flush_all() -> None:
    """Flush everything, side by side, in no more than `EXIT_SECONDS`; what is left then is lost."""
    try:
        end_open_streams()
        end_what_was_put_off()
        exiting.set()
        deadline = monotonic() + EXIT_SECONDS
        for thread in _threads:
            thread.join(max(0.0, deadline - monotonic()))
        if any(thread.is_alive() for thread in _threads):
            say_once(
                "spanmart: not all telemetry could be sent in %s s before the exit; the rest is lost",
                EXIT_SECONDS,
            )
    except Exception as error:
        say_failure("flushing at exit", error)
