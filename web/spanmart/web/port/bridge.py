"""Carries a WSGI application on an event loop: a slow other end, at either side, holds no thread."""

import asyncio
import logging
from typing import TYPE_CHECKING

from spanmart.web.port.connection import CONNECTION, Connection
from spanmart.web.port.limits import Limits
from spanmart.web.port.threads import Threads
from spanmart.web.port.wsgi import Answer, environ

if TYPE_CHECKING:
    from concurrent.futures import Future

    from _typeshed.wsgi import WSGIApplication
    from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope

# Whether the process lives is answered also while pages that take long have all other threads.
AT_ONCE = frozenset({"/healthz", "/readyz"})

log = logging.getLogger(__name__)


class Gone(Exception):
    """There is nobody left to answer."""


class Bridge:
    """The application as ASGI has it."""

    def __init__(self, app: "WSGIApplication", limits: Limits, max_body_bytes: int) -> None:
        self._app = app
        self._limits = limits
        self._max_body_bytes = max_body_bytes
        self._threads = Threads("web", limits.threads)
        self._threads_at_once = Threads("web-health", 1)
        self._streams = asyncio.Semaphore(limits.streams)

    def start(self) -> None:
        self._threads.start()
        self._threads_at_once.start()

    def close(self) -> None:
        """End the threads, each after its work."""
        self._threads.end()
        self._threads_at_once.end()

    async def __call__(
        self, scope: "HTTPScope", receive: "ASGIReceiveCallable", send: "ASGISendCallable"
    ) -> None:
        connection: Connection = scope["state"][CONNECTION]
        try:
            await self._answer(connection, scope, receive, send)
        except Gone:
            return
        except asyncio.CancelledError:
            # The port closes, and this has taken too long.
            connection.cut()
            await asyncio.sleep(0)
        finally:
            connection.hold(-connection.held_bytes)

    async def _answer(
        self,
        connection: Connection,
        scope: "HTTPScope",
        receive: "ASGIReceiveCallable",
        send: "ASGISendCallable",
    ) -> None:
        body, length = await self._read_body(connection, scope, receive)
        threads = self._threads_at_once if scope["path"] in AT_ONCE else self._threads
        answer = Answer(self._app, environ(scope, body, length))
        sending = Sending(connection, answer, send, self._limits.slice_bytes)
        body_of_answer = await threads.run(lambda: _begin(answer, connection))
        if body_of_answer is not None:
            await sending.all(body_of_answer)
            return
        try:
            async with self._streams:
                await sending.stream(threads)
        finally:
            threads.submit(answer.close).add_done_callback(_log_failure)

    async def _read_body(
        self, connection: Connection, scope: "HTTPScope", receive: "ASGIReceiveCallable"
    ) -> tuple[bytes, int | None]:
        """The body and its length. One that is too large is left to the application to refuse."""
        given = dict(scope["headers"])
        if b"content-length" not in given and b"transfer-encoding" not in given:
            return b"", None
        if (declared := int(given.get(b"content-length", 0))) > self._max_body_bytes:
            return b"", declared
        body = bytearray()
        more = True
        while more:
            event = await receive()
            if event["type"] != "http.request":
                raise Gone
            piece, more = event["body"], event["more_body"]
            if len(body) + len(piece) > self._max_body_bytes:
                return b"", len(body) + len(piece)
            connection.hold(len(piece))
            body += piece
        return bytes(body), len(body)


class Sending:
    """Sends one answer, in slices, each after the one before it was taken."""

    def __init__(
        self, connection: Connection, answer: Answer, send: "ASGISendCallable", slice_bytes: int
    ) -> None:
        self._connection = connection
        self._answer = answer
        self._send = send
        self._slice_bytes = slice_bytes

    async def all(self, body: bytes) -> None:
        """An answer that is there."""
        await self._start()
        await self._slices(body, is_last=True)

    async def stream(self, threads: Threads) -> None:
        """An answer that is made as it is sent."""
        piece = await self._next(threads)
        await self._start()
        while piece is not None:
            await self._slices(piece)
            piece = await self._next(threads)
        await self._slices(b"", is_last=True)

    async def _next(self, threads: Threads) -> bytes | None:
        self._check()
        return await threads.run(self._answer.next_piece)

    async def _start(self) -> None:
        await self._send(
            {
                "type": "http.response.start",
                "status": self._answer.status,
                "headers": self._answer.headers,
                "trailers": False,
            }
        )

    async def _slices(self, body: bytes, *, is_last: bool = False) -> None:
        for start in range(0, max(len(body), 1), self._slice_bytes):
            self._check()
            end = start + self._slice_bytes
            more = not is_last or end < len(body)
            await self._send({"type": "http.response.body", "body": body[start:end], "more_body": more})

    def _check(self) -> None:
        if self._connection.is_lost:
            raise Gone


def _begin(answer: Answer, connection: Connection) -> bytes | None:
    """Its turn may come after whoever asked has gone."""
    if connection.is_lost:
        raise Gone
    return answer.begin()


def _log_failure(closed: "Future[None]") -> None:
    if error := closed.exception():
        log.error("An answer could not be closed", exc_info=error)
