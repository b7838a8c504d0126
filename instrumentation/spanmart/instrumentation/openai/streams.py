"""Streams, tapped where the client iterates: the app keeps its `openai.Stream`, and every chunk passes on.

A tap takes the place of the iterator inside of the stream. It costs a few dict look-ups a chunk; all that
takes longer is done once, when the stream ends.
"""

from collections.abc import Callable
from typing import Any
from weakref import WeakSet

from spanmart.instrumentation.diagnostics import log_failure, never_raises
from spanmart.instrumentation.forking import run_in_child
from spanmart.instrumentation.openai.call import ABANDONED, COMPLETE, INTERRUPTED, Call
from spanmart.instrumentation.openai.endpoints import Answer, StreamReader
from spanmart.instrumentation.openai.finalizers import end_from_finalizer

_open: "WeakSet[Recording]" = WeakSet()


@never_raises("ending the spans of open streams")
def end_open_streams() -> None:
    """End the spans of all streams that are still open, because the process is about to end."""
    for recording in list(_open):
        recording.closed()


def _forget_parents() -> None:
    """In a forked child: streams that were open at the fork are read, and recorded, by the parent."""
    for recording in list(_open):
        recording.detach()
    _open.clear()


run_in_child(_forget_parents)


class Recording:
    """What one stream has said so far, and how it ended: the first ending counts.

    `streamed` is False for an ordinary body that the app reads by itself: read whole, it has no state.
    """

    __slots__ = ("__weakref__", "_call", "_ended", "_reader", "_streamed", "_waiting")

    def __init__(self, call: Call, reader: StreamReader, *, streamed: bool = True) -> None:
        self._call = call
        self._streamed = streamed
        self._reader: StreamReader | None = reader
        self._waiting = True
        self._ended = False
        _open.add(self)

    def took(self, chunk: object) -> None:
        """A chunk is about to be given to the app."""
        try:
            if self._waiting:
                self._waiting = False
                self._call.first_chunk()
            if self._reader is not None:
                self._reader.add(chunk)
        except Exception as error:
            log_failure("reading a chunk of a stream", error)

    def took_first(self, chunk: object) -> Callable[[object], None] | None:
        """The same; what is returned takes the chunks after it, for less. It may raise."""
        self.took(chunk)
        return self._reader.add if self._reader is not None else None

    def finished(self) -> None:
        """The stream has come to its end."""
        if self._begin_ending(COMPLETE):
            self._call.answered(self._answer())

    def closed(self) -> None:
        """The app has closed the stream or let go of it; what it had seen by then may have been all."""
        if self._begin_ending(COMPLETE):
            answer = self._answer()
            if answer is None or not (answer.whole or answer.error):
                self._call.stream_state = ABANDONED
            self._call.answered(answer)

    def raised(self, error: BaseException) -> None:
        """The stream broke. Cancelling is the app's own decision, and no error of the stream's."""
        if not isinstance(error, Exception):
            self.closed()
        elif self._begin_ending(INTERRUPTED):
            self._call.failed(error, self._answer() or Answer())

    def let_go(self) -> None:
        """Nobody can read the stream any more; called by the garbage collector."""
        if not self._ended:
            end_from_finalizer(self.closed)

    def detach(self) -> None:
        """The stream is another process's to record."""
        self._ended = True

    def _begin_ending(self, state: str) -> bool:
        if self._ended:
            return False
        self._ended = True
        _open.discard(self)
        self._call.stream_state = state if self._streamed or state != COMPLETE else None
        return True

    def _answer(self) -> Answer | None:
        reader, self._reader = self._reader, None
        try:
            return reader.answer() if reader is not None else None
        except Exception as error:
            log_failure("putting the chunks of a stream together", error)
            return None


class _Tap:
    """Stands in for the generator inside of a stream."""

    __slots__ = ("__weakref__", "_chunks", "_recording", "_take")

    def __init__(self, chunks: Any, recording: Recording) -> None:
        self._chunks = chunks
        self._recording = recording
        self._take: Callable[[object], None] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chunks, name)

    def __del__(self) -> None:
        self._recording.let_go()

    def response_closed(self) -> None:
        """The HTTP response was closed: by the app, unless the generator is at work and does it itself."""
        if not (getattr(self._chunks, "gi_running", False) or getattr(self._chunks, "ag_running", False)):
            self._recording.closed()


class StreamTap(_Tap):
    """The tap of an `openai.Stream`."""

    __slots__ = ()

    def __iter__(self) -> "StreamTap":
        return self

    def __next__(self) -> Any:
        try:
            chunk = self._chunks.__next__()
        except StopIteration:
            self._recording.finished()
            raise
        except BaseException as error:
            self._recording.raised(error)
            raise
        try:
            if self._take is not None:
                self._take(chunk)
            else:
                self._take = self._recording.took_first(chunk)
        except Exception as error:
            log_failure("reading a chunk of a stream", error)
        return chunk


class AsyncStreamTap(_Tap):
    """The tap of an `openai.AsyncStream`."""

    __slots__ = ()

    def __aiter__(self) -> "AsyncStreamTap":
        return self

    async def __anext__(self) -> Any:
        try:
            chunk = await self._chunks.__anext__()
        except StopAsyncIteration:
            self._recording.finished()
            raise
        except BaseException as error:
            self._recording.raised(error)
            raise
        try:
            if self._take is not None:
                self._take(chunk)
            else:
                self._take = self._recording.took_first(chunk)
        except Exception as error:
            log_failure("reading a chunk of a stream", error)
        return chunk
