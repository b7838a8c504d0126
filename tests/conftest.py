"""What holds for all tests."""

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.marts import Marts

# How long an example takes is the machine's affair.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes by their count: gzip puts the time into them, and all workers must find the same tests."""
    return f"{argname}-of-{len(val)}" if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def known_calls(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Marts]":
    """Marts with known calls, built once; tests that change them name a call of their own."""
    # The instrumentation is tested where there is no server, too.
    from support.known_calls import known_marts  # noqa: PLC0415

    with known_marts(tmp_path_factory.mktemp("known")) as built:
        yield built
