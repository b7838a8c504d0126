"""Faults made on purpose, on a real `spanmart up`.

`pytest tests/faults` makes a few of each, `make faults` (FAULTS=full) as many as the matrix asks for.
Both end with the matrix as a table; with FAULTS_JSON=<path> it is written there as JSON, too.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.fault_rows import FaultRows, Scale
from faults.ledger import total
from faults.process import Up, kill, terminate
from support.running import RunningSpanmart, start_spanmart

ROWS = FaultRows()


@pytest.fixture(scope="session")
def faults() -> FaultRows:
    return ROWS


@pytest.fixture(scope="session")
def scale() -> Scale:
    return Scale.read(os.environ.get("FAULTS", ""))


@pytest.fixture(scope="session")
def built_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder without a span, its marts built: the first build takes longer than most faults."""
    data = tmp_path_factory.mktemp("built") / "data"
    spanmart = start_spanmart(data)
    try:
        spanmart.wait_until(lambda: total(spanmart) == 0, "empty marts")
        assert terminate(spanmart) == 0
    finally:
        _close(spanmart)
    return data


@pytest.fixture
def up(tmp_path: Path, built_folder: Path) -> Iterator[Up]:
    """Start `spanmart up` on a folder of the test; what still runs at the end is killed."""
    shutil.copytree(built_folder, tmp_path / "data")
    started: list[RunningSpanmart] = []

    def start(*options: str) -> RunningSpanmart:
        started.append(start_spanmart(tmp_path / "data", *options))
        return started[-1]

    yield start
    for spanmart in started:
        _close(spanmart)


def _close(spanmart: RunningSpanmart) -> None:
    kill(spanmart)
    assert spanmart.process.stdout
    spanmart.process.stdout.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not ROWS.rows:
        return
    terminalreporter.section("fault matrix")
    for line in ROWS.table():
        terminalreporter.write_line(line)
    if path := os.environ.get("FAULTS_JSON"):
        ROWS.write_json(Path(path))
