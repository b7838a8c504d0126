"""Marts over a real DuckDB and a real dbt: land spans, refresh, look at the rows."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from spanmart.warehouse import Warehouse
from support.marts import Marts


@pytest.fixture
def open_marts(tmp_path: Path) -> Iterator[Callable[..., Marts]]:
    """Open the marts of a new folder (or of the one named), closed after the test."""
    opened: list[Marts] = []

    def open_folder(name: str = "data", **options: int) -> Marts:
        opened.append(Marts(Warehouse.open(tmp_path / name), **options))
        return opened[-1]

    yield open_folder
    for marts in opened:
        marts.close()


@pytest.fixture
def marts(open_marts: Callable[..., Marts]) -> Marts:
    return open_marts()


@pytest.fixture(scope="module")
def module_marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marts]:
    """One warehouse for a module of questions about the same rows."""
    marts = Marts(Warehouse.open(tmp_path_factory.mktemp("marts")))
    yield marts
    marts.close()
