"""The web's HTTP server: cheroot inside this process, with a thread pool of its own.

A pool of its own, so that a slow page can never keep a span from being received, nor the other way round.
"""

import logging
import threading
from typing import TYPE_CHECKING

from cheroot.wsgi import Server

from spanmart.warehouse.listening import ListenError, check_free

if TYPE_CHECKING:
    from flask import Flask

THREADS = 16

log = logging.getLogger(__name__)


class WebServer:
    """Serves one application on `host` and `port`; port 0 takes any free one, and `port` says which."""

    def __init__(self, app: "Flask", host: str, port: int) -> None:
        self.host = host
        self.port = port
        self._server = _Server((host, port), app, numthreads=THREADS, server_name="spanmart")
        self._thread = threading.Thread(target=self._server.serve, name="web", daemon=True)

    def start(self) -> None:
        """Listen, and serve in threads. Raises PortInUse, ListenError."""
        check_free(self.host, self.port, "the web pages", "--web-port")
        try:
            self._server.prepare()
        except OSError as error:
            raise ListenError(f"Cannot listen on {self.host}:{self.port}: {error}") from error
        self.port = int(self._server.bind_addr[1])
        self._thread.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Take no more requests and let those under way finish, for at most `timeout_s` seconds."""
        self._server.shutdown_timeout = timeout_s
        self._server.stop()
        if self._thread.is_alive():
            self._thread.join(timeout_s)


class _Server(Server):
    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        log.log(level, "%s", msg, exc_info=traceback)
