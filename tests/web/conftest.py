"""Real marts under the web: calls landed as spans, built by dbt, asked through the application."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from spanmart.warehouse import Interactions
from spanmart.web import WebServer
from support.known_calls import unbuilt_marts
from support.marts import Marts
from support.serving import serving


@pytest.fixture(scope="session")
def marts(known_calls: Marts) -> Marts:
    return known_calls


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
