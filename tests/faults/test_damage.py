"""Row 3: a file of the data folder is damaged."""

import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from faults.fault_rows import FaultRows, Scale
from faults.ledger import assert_exactly_once, stop_when_built
from faults.load import Load
from faults.process import Up
from support.call_batches import CallBatches
from support.running import PATIENCE_S

CALLS = CallBatches(spans=20)
SPANMART = str(Path(sys.executable).parent / "spanmart")

Damage = Callable[[Path, random.Random], None]


def no_header(path: Path, _: random.Random) -> None:
    with path.open("r+b") as file:
        file.write(bytes(4096 * 3))


def cut_short(path: Path, dice: random.Random) -> None:
    with path.open("r+b") as file:
        file.truncate(dice.randrange(1, 4096 * 3))


def something_else(path: Path, dice: random.Random) -> None:
    path.write_bytes(dice.randbytes(10_000))


DAMAGES = {
    "its header is gone": no_header,
    "it is cut short": cut_short,
    "it is something else": something_else,
}


def spanmart(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [SPANMART, *arguments], capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )


@pytest.fixture
def filled(up: Up) -> tuple[Path, Load]:
    """A stopped folder with spans in ledger and marts, and the load that sent them."""
    running = up()
    load = Load(2, CALLS, pause_s=0.05)
    load.aim(running)
    running.wait_until(lambda: load.count("acknowledged") > 5, "acknowledged spans")
    load.finish()
    stop_when_built(running, len(load.sent) * CALLS.spans)
    return Path(running.ready["data"]), load


def test_marts_that_are_damaged(up: Up, filled: tuple[Path, Load], faults: FaultRows, scale: Scale) -> None:
    data, load = filled
    times = scale(len(DAMAGES), 20)
    with faults.row(3, "marts.duckdb damaged", times, "set aside and rebuilt by itself") as measured:
        dice = random.Random(3)
        for number in range(times):
            list(DAMAGES.values())[number % len(DAMAGES)](data / "marts.duckdb", dice)
            ledger = stop_when_built(up(), len(load.sent) * CALLS.spans)
            assert_exactly_once(ledger, load.sent, CALLS.spans)
        measured["set aside"] = len(list(data.glob("marts.duckdb.*.aside")))
        assert measured["set aside"] == times


def test_a_ledger_that_is_damaged(up: Up, filled: tuple[Path, Load], faults: FaultRows, scale: Scale) -> None:
    data, load = filled
    times = scale(len(DAMAGES), 20)
    expected = "refused with what to do; kept aside; restored from a backup"
    with faults.row(3, "landing.duckdb damaged", times, expected) as measured:
        dice = random.Random(4)
        backup = data.parent / "backup"
        assert spanmart("backup", "--data", str(data), "--to", str(backup)).returncode == 0
        for number in range(times):
            list(DAMAGES.values())[number % len(DAMAGES)](data / "landing.duckdb", dice)
            damaged = (data / "landing.duckdb").read_bytes()
            refused = spanmart("up", "--data", str(data), "--web-port", "0", "--otlp-http-port", "0")
            assert (refused.returncode, refused.stdout) == (2, "")
            assert "landing.duckdb" in refused.stderr
            assert "spanmart restore" in refused.stderr
            assert (data / "landing.duckdb").read_bytes() == damaged
            assert spanmart("restore", str(backup), "--data", str(data), "--force").returncode == 0
            assert damaged in [path.read_bytes() for path in data.glob("landing.duckdb.*.aside")]
            ledger = stop_when_built(up(), len(load.sent) * CALLS.spans)
            assert_exactly_once(ledger, load.sent, CALLS.spans)
            for aside in data.glob("*.aside*"):
                shutil.move(aside, data.parent / f"{number}-{aside.name}")
        measured["restored"] = times


def test_marts_are_gone(up: Up, filled: tuple[Path, Load], faults: FaultRows) -> None:
    data, load = filled
    with faults.row(3, "marts.duckdb deleted", 1, "rebuilt by itself"):
        (data / "marts.duckdb").unlink()
        assert_exactly_once(stop_when_built(up(), len(load.sent) * CALLS.spans), load.sent, CALLS.spans)
