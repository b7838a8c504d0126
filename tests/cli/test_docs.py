"""`spanmart docs`: the marts described in one page, whoever holds the data folder."""

import re
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.marts import MARTS
from support.running import PATIENCE_S, SPANMART, RunningSpanmart

Run = Callable[..., Any]


@pytest.fixture
def served(up: Callable[..., RunningSpanmart], tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """`spanmart docs` beside a `spanmart up`, both in one folder."""
    up()
    docs = subprocess.Popen(
        [SPANMART, "docs", "--port", "0"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    yield docs
    docs.kill()
    docs.wait(PATIENCE_S)


def test_the_page_is_served_while_up_runs_until_a_signal_ends_it(served: "subprocess.Popen[str]") -> None:
    assert served.stdout
    url = served.stdout.readline().strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", url)
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
        page = answer.read().decode()
    assert [mart for mart in MARTS if f'"model.spanmart.{mart}"' not in page] == []
    assert "/tmp/" not in page and str(Path(__file__).parents[2]) not in page

    served.send_signal(signal.SIGTERM)
    assert served.wait(PATIENCE_S) == 0
    assert served.stdout.read() == "", "stdout holds the address and nothing else"


def test_a_port_in_use_is_named(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("docs", "--port", str(port))
    assert (done.returncode, done.stdout) == (2, "")
    assert f"Port {port}" in done.stderr
    assert "--port" in done.stderr
