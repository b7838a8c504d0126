"""The demo application is no installed package in a checkout: its tests find it beside them."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[2] / "examples"))

from openai import OpenAI

from training_builder.stand_in import Fault, Faults, StandIn
from training_builder.stand_in.server import Pace

AT_ONCE = Pace(first_byte=0, per_token=0, slow=600)


@pytest.fixture
def client_of() -> Iterator[Callable[..., OpenAI]]:
    """Start a stand-in whose every request meets the fault, and return a client of it."""
    running: list[StandIn] = []

    def start(fault: Fault | None = None, **options: Any) -> OpenAI:
        faults = Faults({fault: 100} if fault else {})
        running.append(StandIn(faults=faults, pace=AT_ONCE).start())
        return OpenAI(base_url=running[-1].base_url, api_key="none", **options)

    yield start
    for stand_in in running:
        stand_in.stop()


@pytest.fixture
def client(client_of: Callable[..., OpenAI]) -> OpenAI:
    return client_of()
