"""The HTTP server that carries the application."""

import socket
import urllib.request

import pytest

from spanmart.warehouse.listening import PortInUse
from spanmart.web import WebServer
from support.known_calls import Marts


def test_port_0_takes_a_free_port_and_says_which(server: WebServer) -> None:
    assert server.port > 0
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/healthz") as answer:
        assert answer.status == 200


def test_a_port_in_use_is_named_with_what_to_do(marts: Marts) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortInUse, match=rf"Port {port} .* --web-port"):
            WebServer(marts.app(), "127.0.0.1", port).start()


def test_a_stopped_server_lets_go_of_its_port(marts: Marts) -> None:
    server = WebServer(marts.app(), "127.0.0.1", 0)
    server.start()
    server.stop()
    again = WebServer(marts.app(), "127.0.0.1", server.port)
    again.start()
    again.stop()
