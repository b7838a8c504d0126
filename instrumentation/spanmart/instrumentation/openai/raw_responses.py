"""HTTP bodies that the app reads by itself, seen as they pass and never read ahead.

`response.stream` is the one place through which every byte and every way of closing goes, so that it is
where an open response is watched; the response itself stays what it is.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Any

import wrapt

from spanmart.instrumentation.diagnostics import log_failure
from spanmart.instrumentation.openai.body_parsing import answer_in, content_type, is_event_stream, is_readable
from spanmart.instrumentation.openai.call import Call
from spanmart.instrumentation.openai.endpoints import Answer, Endpoint
from spanmart.instrumentation.openai.streams import Recording

if TYPE_CHECKING:
    _Proxy = wrapt.ObjectProxy[Any]
else:  # the older wrapt has no generic classes
    _Proxy = wrapt.ObjectProxy


class WatchedBody(_Proxy):
    """The byte stream of a response; says when it was closed."""

    def __init__(self, body: Any, closed: Callable[[], None]) -> None:
        super().__init__(body)
        self._self_closed = closed

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.__wrapped__)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self.__wrapped__)

    def close(self) -> None:
        """Close it, as the app or the client asked."""
        try:
            self.__wrapped__.close()
        finally:
            self._self_tell()

    async def aclose(self) -> None:
        """Close it, as the app or the client asked."""
        try:
            await self.__wrapped__.aclose()
        finally:
            self._self_tell()

    def _self_tell(self) -> None:
        try:
            self._self_closed()
        except Exception as error:
            log_failure("noticing that a response was closed", error)


class RecordedBody(WatchedBody):
    """The byte stream of a response that the client does not read; keeps a copy of what passes."""

    def __init__(self, body: Any, recording: Recording) -> None:
        super().__init__(body, recording.closed)
        self._self_recording = recording

    def __iter__(self) -> Iterator[bytes]:
        recording = self._self_recording
        try:
            for piece in self.__wrapped__:
                recording.took(piece)
                yield piece
        except GeneratorExit:
            raise
        except BaseException as error:
            recording.raised(error)
            raise
        recording.finished()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        recording = self._self_recording
        try:
            async for piece in self.__wrapped__:
                recording.took(piece)
                yield piece
        except GeneratorExit:
            raise
        except BaseException as error:
            recording.raised(error)
            raise
        recording.finished()

    def __del__(self) -> None:
        self._self_recording.let_go()


def record_body(call: Call, response: Any) -> None:
    """Watch the body of an open response until the app has read or closed it."""
    reader = BodyReader(call.endpoint, response)
    response.stream = RecordedBody(response.stream, Recording(call, reader, streamed=reader.is_stream))


class BodyReader:
    """Collects the bytes of a body, and reads them when there are no more. Only text is kept."""

    def __init__(self, endpoint: Endpoint, response: Any) -> None:
        self._endpoint = endpoint
        self._kind = content_type(response)
        self._headers = response.headers
        self._response_class = type(response)
        self._pieces: list[bytes] = []

    @property
    def is_stream(self) -> bool:
        """The body is a stream of events."""
        return is_event_stream(self._kind)

    def add(self, chunk: object) -> None:
        """Take in one piece of the body as it came over the wire."""
        if isinstance(chunk, bytes) and is_readable(self._kind):
            self._pieces.append(chunk)

    def answer(self) -> Answer:
        """What the body says, as far as it was read."""
        # the HTTP library undoes the compression that it has negotiated
        body = self._response_class(200, headers=self._headers, content=b"".join(self._pieces)).content
        return answer_in(self._endpoint, self._kind, body)
