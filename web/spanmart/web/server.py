"""The web's HTTP server: an event loop and threads of its own inside this process.

Of its own, so that a slow page can never keep a span from being received, nor the other way round.
"""

import asyncio
import contextlib
import functools
import resource
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import uvicorn

from spanmart.warehouse.net import bind_socket
from spanmart.web.app import MAX_BODY_BYTES
from spanmart.web.port.bridge import Bridge
from spanmart.web.port.connection import Connection
from spanmart.web.port.connections import Connections
from spanmart.web.port.limits import Limits

if TYPE_CHECKING:
    import socket

    from flask import Flask

BACKLOG = 2048


class WebServer:
    """Serves one application on `host` and `port`; port 0 takes any free one, and `port` says which."""

    def __init__(self, app: "Flask", host: str, port: int, *, limits: Limits | None = None) -> None:
        self.host = host
        self.port = port
        self._limits = _limit_to_descriptors(limits or Limits())
        self._connections = Connections(self._limits)
        self._bridge = Bridge(app, self._limits, MAX_BODY_BYTES)
        self._server = uvicorn.Server(self._config())
        self._sockets: list[socket.socket] = []
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)

    def start(self) -> None:
        """Listen, and serve in threads. Raises PortInUse, ListenError."""
        bound = bind_socket(self.host, self.port, "the web pages", "--web-port")
        bound.listen(BACKLOG)
        self.port = bound.getsockname()[1]
        self._sockets = [bound]
        self._bridge.start()
        self._thread.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Take no more requests and let those under way finish, for at most `timeout_s` seconds."""
        self._server.config.timeout_graceful_shutdown = cast("int", timeout_s)  # a float does as well
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(timeout_s + 1)

    def _config(self) -> uvicorn.Config:
        connection = functools.partial(Connection, self._connections)
        return uvicorn.Config(
            self._bridge,
            http=cast("type[asyncio.Protocol]", connection),
            interface="asgi3",
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            headers=[("server", "spanmart")],
            proxy_headers=False,
            backlog=BACKLOG,
            timeout_keep_alive=round(self._limits.idle_s),
        )

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            self._bridge.close()

    async def _serve(self) -> None:
        watch = asyncio.create_task(self._connections.watch())
        await self._server.serve(self._sockets)
        watch.cancel()
        self._connections.cut_all()
        with contextlib.suppress(asyncio.CancelledError):
            await watch


def _limit_to_descriptors(limits: Limits) -> Limits:
    """No more connections than half of the files that the process may have open: the rest has its share."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return (
        limits
        if most == resource.RLIM_INFINITY
        else replace(limits, connections=min(limits.connections, most // 2))
    )
