"""Real marts, asked through `Interactions`."""

import pytest

from spanmart.warehouse import Interactions
from support.marts import Marts


@pytest.fixture(scope="session")
def marts(known_calls: Marts) -> Marts:
    return known_calls


@pytest.fixture(scope="session")
def interactions(marts: Marts) -> Interactions:
    return Interactions(marts.warehouse)
