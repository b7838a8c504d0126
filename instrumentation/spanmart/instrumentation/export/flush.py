"""Sending what waits to be sent: when the app asks, when it exits, on SIGTERM, and in its worker processes.

Each provider is flushed by a thread of its own, so that nobody waits longer than it wants to. For providers
of our own these threads run from the start: at its exit, newer Pythons start no more of them.
"""

import atexit
import os
from collections.abc import Iterable
from functools import lru_cache
from queue import SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import Any, Final
from weakref import WeakSet

import wrapt

from spanmart.instrumentation.diagnostics import log_failure, log_once, never_raises
from spanmart.instrumentation.forking import run_in_child
from spanmart.instrumentation.openai.finalizers import end_what_was_put_off
from spanmart.instrumentation.openai.streams import end_open_streams

EXIT_SECONDS: Final = 5.0  # the longest that flushing may hold up the exit of the app

exiting = Event()
"""Set when the process is on its way out: an export that fails now is not tried again."""

_flushers: "WeakSet[Flusher]" = WeakSet()


class Flusher:
    """Flushes one provider. Ours is shut down when the process exits; the app's own sees to that itself."""

    def __init__(self, provider: Any, *, ours: bool) -> None:
        self.ours = ours
        self.provider = provider
        self._requests: SimpleQueue[Event] = SimpleQueue()
        self._pid: int | None = None
        _flushers.add(self)
        if ours:
            self.start()

    def start(self) -> None:
        """Start the thread, in a forked child again."""
        self._pid, self._requests = os.getpid(), SimpleQueue()
        Thread(target=self._serve, name="spanmart-flush", daemon=True).start()

    def ask(self) -> Event:
        """Have everything sent that was recorded until now; what is returned is set when that is done."""
        if self._pid != os.getpid():
            self.start()
        done = Event()
        self._requests.put(done)
        return done

    def _serve(self) -> None:
        while True:
            done = self._requests.get()
            try:
                if self.ours and exiting.is_set():
                    self.provider.shutdown()
                elif hasattr(self.provider, "force_flush"):
                    self.provider.force_flush()
            except Exception as error:
                log_failure("sending what was recorded", error)
            finally:
                done.set()


def flush(timeout: float = EXIT_SECONDS) -> bool:
    """Send what was recorded until now and wait for it, `timeout` seconds at most; whether that sufficed.

    For where the process may stop without an exit: at the end of a serverless handler, before a snapshot.
    """
    try:
        end_what_was_put_off()
        return _all_done([flusher.ask() for flusher in list(_flushers)], timeout)
    except Exception as error:
        log_failure("flushing", error)
        return False


def send_soon() -> None:
    """Send what was recorded until now, without waiting for it."""
    for flusher in list(_flushers):
        flusher.ask()


@lru_cache(maxsize=1)
def flush_at_exit() -> None:
    """Have everything sent when the process exits, also where a worker ends in a way of its own."""
    atexit.register(_finish)
    run_in_child(_start_again)
    wrapt.register_post_import_hook(_finish_in_multiprocessing, "multiprocessing.util")
    wrapt.register_post_import_hook(_finish_in_celery, "celery.signals")


def finish_all() -> None:
    """Send everything before the process is killed; the app's own providers are flushed, too."""
    _finish(list(_flushers))


def _finish(flushers: Iterable[Flusher] | None = None) -> None:
    """Send everything, side by side, in no more than `EXIT_SECONDS`; what is left then is lost."""
    if exiting.is_set():
        return
    try:
        end_open_streams()
        end_what_was_put_off()
        exiting.set()
        ours = [flusher for flusher in _flushers if flusher.ours]
        if not _all_done([flusher.ask() for flusher in (flushers or ours)], EXIT_SECONDS):
            log_once(
                "spanmart: not all telemetry could be sent in %s s before the exit; the rest is lost",
                EXIT_SECONDS,
            )
    except Exception as error:
        log_failure("flushing at exit", error)


def _all_done(events: Iterable[Event], timeout: float) -> bool:
    deadline = monotonic() + timeout
    return all(event.wait(max(0.0, deadline - monotonic())) for event in events)


def _start_again() -> None:
    """In a forked child: threads are not forked."""
    for flusher in list(_flushers):
        if flusher.ours:
            flusher.start()


@never_raises("preparing to flush in the processes of multiprocessing")
def _finish_in_multiprocessing(util: Any) -> None:
    """A process of multiprocessing ends without `atexit`, but calls its own finalizers."""

    def finish_at_end(_: object) -> None:
        util.Finalize(None, _finish, exitpriority=-1)

    finish_at_end(None)
    util.register_after_fork(exiting, finish_at_end)  # `exiting` only stands for something that stays


@never_raises("preparing to flush in the workers of Celery")
def _finish_in_celery(signals: Any) -> None:
    """A worker of Celery's prefork pool ends without `atexit`, but says so before."""
    signals.worker_process_shutdown.connect(lambda **_: _finish(), weak=False)
