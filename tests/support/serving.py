"""An application behind its real HTTP server."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from spanmart.web import WebServer
from spanmart.web.port.limits import Limits


@contextmanager
def serving(app: Flask, limits: Limits | None = None) -> Iterator[WebServer]:
    """The server, on a free port of loopback, for as long as the block lasts."""
    server = WebServer(app, "127.0.0.1", 0, limits=limits)
    server.start()
    try:
        yield server
    finally:
        server.stop()
