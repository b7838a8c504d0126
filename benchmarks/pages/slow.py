"""Connections that stay open and keep a server waiting."""

import select
import socket
from dataclasses import dataclass

from benchmarks.beside import Beside

_HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
_BODY = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n"
_WHOLE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
_EVERY_S = 1.0


@dataclass
class _Kind:
    """How many there are, what each sends first, and what it sends every second."""

    count: int
    first: bytes
    more: bytes


class Slow(Beside):
    """`slow` requests, half of whose headers and half of whose bodies come byte by byte, and `idle` ones.

    What the server ends is opened anew.
    """

    def __init__(self, port: int, slow: int, idle: int) -> None:
        super().__init__()
        self._port = port
        kinds = [
            _Kind(slow // 2, _HEAD, b"x"),
            _Kind(slow - slow // 2, _BODY, b"x"),
            _Kind(idle, _WHOLE, b""),
        ]
        self._places = [(kind, self._open(kind)) for kind in kinds for _ in range(kind.count)]
        self.reopened = 0

    def go_on(self) -> None:
        """Send a byte each, every second."""
        while not self.stopping.wait(_EVERY_S):
            for number, (kind, connection) in enumerate(self._places):
                if self._is_ended(kind, connection):
                    connection.close()
                    self._places[number] = kind, self._open(kind)
                    self.reopened += 1
        for _, connection in self._places:
            connection.close()

    def _open(self, kind: _Kind) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self._port))
        connection.sendall(kind.first)
        return connection

    def _is_ended(self, kind: _Kind, connection: socket.socket) -> bool:
        try:
            connection.sendall(kind.more)
            readable, _, _ = select.select([connection], [], [], 0)
            return bool(readable) and not connection.recv(65536)
        except OSError:
            return True
