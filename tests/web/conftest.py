"""Real marts under the web: calls landed as spans, built by dbt, asked through the application."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from spanmart.warehouse import Interactions
from spanmart.web import WebServer
from support.known_calls import Marts, known_marts, unbuilt_marts
from support.serving import serving


@pytest.fixture(scope="session")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marts]:
    """Marts with known calls; tests that change them name a call of their own."""
    with known_marts(tmp_path_factory.mktemp("warehouse")) as built:
        yield built


@pytest.fixture(scope="session")
def interactions(marts: Marts) -> Interactions:
    return Interactions(marts.warehouse)


@pytest.fixture
def client(marts: Marts) -> FlaskClient:
    """Requests to the application, as from this machine."""
    return marts.app().test_client()


@pytest.fixture
def unbuilt(tmp_path: Path) -> Iterator[Marts]:
    """A warehouse before its first refresh."""
    with unbuilt_marts(tmp_path) as marts:
        yield marts


@pytest.fixture
def server(marts: Marts) -> Iterator[WebServer]:
    """The application behind its real HTTP server."""
    with serving(marts.app()) as running:
        yield running
