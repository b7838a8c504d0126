"""Marts over a real DuckDB and a real dbt: land spans, refresh, look at the rows."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from spanmart.warehouse import Warehouse
from support.marts import Calls, Marts
from support.spans import numbered


@pytest.fixture(scope="session")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose marts are built and empty: copied, it saves each test the first build."""
    folder = tmp_path_factory.mktemp("empty")
    marts = Marts(Warehouse.open(folder))
    marts.build()
    marts.close()
    return folder


@pytest.fixture
def open_marts(tmp_path: Path, empty_warehouse: Path) -> Iterator[Callable[..., Marts]]:
    """Open the marts of a new folder (or of the one named), closed after the test."""
    opened: list[Marts] = []

    def open_folder(name: str = "data", **options: int) -> Marts:
        folder = tmp_path / name
        if not folder.exists():
            shutil.copytree(empty_warehouse, folder)
        opened.append(Marts(Warehouse.open(folder), **options))
        return opened[-1]

    yield open_folder
    for marts in opened:
        marts.close()


@pytest.fixture
def marts(open_marts: Callable[..., Marts]) -> Marts:
    return open_marts()


@pytest.fixture(scope="module")
def module_marts(tmp_path_factory: pytest.TempPathFactory, empty_warehouse: Path) -> Iterator[Marts]:
    """One warehouse for a module of questions about the same rows."""
    folder = shutil.copytree(empty_warehouse, tmp_path_factory.mktemp("marts") / "data")
    marts = Marts(Warehouse.open(folder))
    yield marts
    marts.close()


@pytest.fixture(scope="module")
def calls(module_marts: Marts, request: pytest.FixtureRequest) -> Calls:
    """The row of each of the module's `CASES`, by its topic and name."""
    cases = request.module.CASES
    names = [(topic, case) for topic in cases for case in cases[topic]]
    module_marts.build(
        *(numbered(cases[topic][case], number) for number, (topic, case) in enumerate(names, start=1))
    )
    return {name: module_marts.interaction(number) for number, name in enumerate(names, start=1)}
