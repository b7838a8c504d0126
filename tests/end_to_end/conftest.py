"""Tests over all parts at once: each has a running `spanmart up` of its own unless it shares one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.running import PATIENCE_S, RunningSpanmart, start_spanmart


@pytest.fixture
def spanmart(tmp_path: Path) -> Iterator[RunningSpanmart]:
    running = start_spanmart(tmp_path / "data")
    yield running
    running.process.terminate()
    assert running.process.wait(PATIENCE_S) == 0
