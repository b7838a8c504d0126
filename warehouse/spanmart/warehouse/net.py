"""Ports to listen on, and a clear word where one cannot be had.

It stands in the warehouse because the collector and the web share nothing else.
"""

import errno
import socket


class ListenError(Exception):
    """The address cannot be listened on."""


class PortInUse(ListenError):
    """Another program listens on the port."""

    def __init__(self, host: str, port: int, purpose: str, option: str) -> None:
        super().__init__(
            f"Port {port} on {host}, wanted for {purpose}, is in use by another program. "
            f"Stop that program, or choose another port with {option} (0 takes any free one)."
        )
        self.host = host
        self.port = port


def bind_socket(host: str, port: int, purpose: str, option: str) -> socket.socket:
    """A socket bound to the address, or PortInUse or ListenError, in the same words for every server."""
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = addresses[0]
        bound = socket.socket(family, kind, protocol)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
            bound.listen(1)
        except BaseException:
            bound.close()
            raise
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(host, port, purpose, option) from error
        raise ListenError(f"Cannot listen on {host}:{port} for {purpose}: {error.strerror}") from error
    return bound


def check_free(host: str, port: int, purpose: str, option: str) -> None:
    """Raise PortInUse or ListenError if the port cannot be bound."""
    bind_socket(host, port, purpose, option).close()
