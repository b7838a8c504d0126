"""Ends the spans of streams that the app let go of, from where Python finalises them.

A finaliser runs wherever the garbage collector happens to strike, also inside of the SDK while it holds a
lock that ending a span needs. There the ending is put off to the next call, or to the exit.

It may strike inside of `ContextVar.set`, too, and processors of spans set context variables: to change the
same context there makes Python before 3.12 read freed memory (python/cpython#148891). So a finaliser ends
spans in a copy of the context, and leaves the one that it struck as it was.
"""

import sys
from collections import deque
from collections.abc import Callable
from contextvars import copy_context
from types import FrameType

from spanmart.instrumentation.diagnostics import log_failure
from spanmart.instrumentation.forking import run_in_child

Ending = Callable[[], None]

_LOCKING = ("opentelemetry.sdk", "opentelemetry.exporter", "threading", "logging", "queue")
_THREAD_STARTS = frozenset({"_bootstrap", "_bootstrap_inner", "run"})

_put_off: deque[Ending] = deque()
run_in_child(_put_off.clear)  # they are the parent's to end


def end_from_finalizer(end: Ending) -> None:
    """Call `end` now, or later where it could wait for a lock that this thread already holds."""
    if sys.is_finalizing():
        return
    if _may_hold_a_lock(sys._getframe(1)):
        _put_off.append(end)
    else:
        copy_context().run(_attempt, end)


def end_what_was_put_off() -> None:
    """End everything that could not be ended in its finaliser."""
    while _put_off:
        try:
            end = _put_off.popleft()
        except IndexError:  # another thread was faster
            return
        _attempt(end)


def _attempt(end: Ending) -> None:
    try:
        end()
    except Exception as error:
        log_failure("ending the span of an abandoned stream", error)


def _may_hold_a_lock(frame: FrameType | None) -> bool:
    while frame is not None:
        name = frame.f_globals.get("__name__") or ""
        if name.startswith(_LOCKING) and frame.f_code.co_name not in _THREAD_STARTS:
            return True
        frame = frame.f_back
    return False
