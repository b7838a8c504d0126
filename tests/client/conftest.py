"""A server over real marts, and the client that asks it."""

from collections.abc import Iterator

import pytest

from spanmart.client import Interactions
from spanmart.web import WebServer
from support.known_calls import Marts, known_marts


@pytest.fixture(scope="session")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marts]:
    with known_marts(tmp_path_factory.mktemp("asked")) as built:
        yield built


@pytest.fixture(scope="session")
def url(marts: Marts) -> Iterator[str]:
    server = WebServer(marts.app(), "127.0.0.1", 0)
    server.start()
    yield f"http://127.0.0.1:{server.port}"
    server.stop()


@pytest.fixture
def client(url: str) -> Interactions:
    return Interactions(url)
