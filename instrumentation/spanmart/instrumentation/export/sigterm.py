"""SIGTERM: what waits is sent before the process ends, and it ends as it would have without telemetry.

Without a handler, Python ends at once. One of ours takes the place of that default, sends for a few seconds
at most and then lets the signal do what it does. A handler that was there is called as ever; so it is where
the app sets its own later, which then replaces ours.
"""

import signal
from collections.abc import Callable
from threading import Event, Thread, current_thread, main_thread
from types import FrameType
from typing import Any

from spanmart.instrumentation.diagnostics import never_raises
from spanmart.instrumentation.export.flush import EXIT_SECONDS, finish_all, send_soon

terminating = Event()
"""Set when the app is shutting down in its own way: from now on each span is sent as soon as it ends."""


class _Handler:
    """Stands before what SIGTERM did until now."""

    def __init__(self, before: Any) -> None:
        self._before = before

    def __call__(self, signum: int, frame: FrameType | None) -> None:
        if signal.getsignal(signum) is self and not callable(self._before):
            _run_in_thread(finish_all, wait_s=EXIT_SECONDS)
            signal.signal(signum, signal.SIG_DFL)
            signal.raise_signal(signum)
            return
        terminating.set()
        _run_in_thread(send_soon, wait_s=0)
        if callable(self._before):
            self._before(signum, frame)


@never_raises("preparing for SIGTERM")
def flush_on_sigterm() -> None:
    """Stand before the handler of SIGTERM. Only the main thread may, and an ignored signal stays ignored."""
    if current_thread() is not main_thread():
        return
    before = signal.getsignal(signal.SIGTERM)
    if isinstance(before, _Handler) or not (before is signal.SIG_DFL or callable(before)):
        return
    signal.signal(signal.SIGTERM, _Handler(before))


def _run_in_thread(work: Callable[[], None], wait_s: float) -> None:
    """A signal may strike where this thread holds a lock that `work` needs; so another thread does it."""
    thread = Thread(target=work, name="spanmart-sigterm", daemon=True)
    try:
        thread.start()
        thread.join(wait_s)
    except Exception:  # no more threads: the process is at its end
        return
