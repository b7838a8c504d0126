"""One connection: uvicorn's HTTP/1.1 with a limit of time for each thing that its other end has to do."""

import asyncio
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from spanmart.web.port.connections import UNFINISHED, Connections, Phase

if TYPE_CHECKING:
    from uvicorn.config import Config
    from uvicorn.server import ServerState

# Where the application finds the connection in what ASGI calls the state of a request.
CONNECTION = "connection"
TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Connection(HttpToolsProtocol):
    """Knows what it waits for and since when; `Connections` asks it to end where that is too long."""

    def __init__(
        self,
        connections: Connections,
        config: "Config",
        server_state: "ServerState",
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.address = ""
        self.phase = Phase.IDLE
        self.held_bytes = 0
        self.is_lost = False
        self._crowd = connections
        self._since = self.loop.time()
        self._unread_since: float | None = None
        self._head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        self._crowd.join(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True
        self._crowd.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, but no headers without end."""
        super().data_received(data)
        if self.phase is Phase.HEAD:
            self._head_bytes += len(data)
            if self._head_bytes > self._crowd.limits.head_bytes:
                self._end_with(b"" if self._is_answering else TOO_LONG)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"][CONNECTION] = self
        self._head_bytes = 0
        self._enter(Phase.HEAD)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._enter(Phase.BODY)

    def on_message_complete(self) -> None:
        """All of it is there; it may have been answered before."""
        super().on_message_complete()
        self._enter(Phase.WHOLE if self._is_answering else Phase.IDLE)

    def on_response_complete(self) -> None:
        """The next request may have begun meanwhile."""
        super().on_response_complete()
        if self.phase is Phase.WHOLE and not self._is_answering:
            self._enter(Phase.IDLE)
        elif self.phase is Phase.HEAD:
            self._since = self.loop.time()

    def resume_writing(self) -> None:
        """What was written has been taken."""
        super().resume_writing()
        self._unread_since = None

    def shutdown(self) -> None:
        """Finish what is whole; the rest of a request need not be waited for."""
        super().shutdown()
        if self.phase is Phase.BODY and not self.cycle.response_started:
            self.transport.close()

    def hold(self, more_bytes: int) -> None:
        """Count what is held of the request's body."""
        self._crowd.hold(self, more_bytes)

    def cut(self) -> None:
        """End at once, whatever is under way."""
        self.transport.abort()

    def end_if_late(self, now: float) -> None:
        """End where a limit of time is over."""
        if self._is_unread_for_too_long(now):
            self.cut()
        elif self._waits_for_too_long(now) and not self.is_ending:
            is_cut_short = self.phase in UNFINISHED and not (
                self._is_answering and self.cycle.response_started
            )
            self._end_with(TOO_LATE if is_cut_short else b"")

    @property
    def is_ending(self) -> bool:
        """Whether nothing more is read."""
        return self.transport.is_closing()

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _enter(self, phase: Phase) -> None:
        self._since = self.loop.time()
        self._crowd.enter(self, phase)

    def _is_unread_for_too_long(self, now: float) -> bool:
        if not self.transport.get_write_buffer_size():
            self._unread_since = None
            return False
        self._unread_since = self._unread_since or now
        return now - self._unread_since > self._crowd.limits.unread_s

    def _waits_for_too_long(self, now: float) -> bool:
        limits, waits_s = self._crowd.limits, now - self._since
        match self.phase:
            case Phase.IDLE:
                return waits_s > limits.idle_s
            case Phase.HEAD:
                return waits_s > limits.head_s and not self._is_answering
            case Phase.BODY:
                # Where it is us who does not read, nobody is late.
                return waits_s > limits.body_s and not self.flow.read_paused
        return False

    def _end_with(self, answer: bytes) -> None:
        self.transport.write(answer)
        self.transport.close()
