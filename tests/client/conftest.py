"""A server over real marts, and the client that asks it."""

from collections.abc import Iterator

import pytest

from spanmart.client import Interactions
from support.known_calls import known_marts
from support.marts import Marts
from support.serving import serving


@pytest.fixture(scope="session")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marts]:
    with known_marts(tmp_path_factory.mktemp("asked")) as built:
        yield built


@pytest.fixture(scope="session")
def url(marts: Marts) -> Iterator[str]:
    with serving(marts.app()) as server:
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture
def client(url: str) -> Interactions:
    return Interactions(url)
