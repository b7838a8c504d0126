"""The command as its users run it: in processes of its own."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.running import PATIENCE_S, SPANMART, RunningSpanmart, start_spanmart

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command to its end, in a folder of its own; variables are added to the environment."""

    def run_command(
        *arguments: str, stdin: str | None = None, **variables: str
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [SPANMART, *arguments],
            check=False,
            cwd=tmp_path,
            env=os.environ | variables,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )

    return run_command


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Callable[..., RunningSpanmart]]:
    """Start `spanmart up` on a folder of the test; what still runs at the end is killed."""
    started: list[RunningSpanmart] = []

    def start(*options: str, data: str = "data") -> RunningSpanmart:
        started.append(start_spanmart(tmp_path / data, *options))
        return started[-1]

    yield start
    for running in started:
        running.process.kill()
        running.process.wait(PATIENCE_S)
