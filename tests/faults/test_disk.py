"""Row 4: the disk is full for a while."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.fault_rows import FaultRows, Scale
from faults.ledger import assert_exactly_once, stop_when_built
from faults.load import Load
from faults.process import kill
from support.call_batches import CallBatches
from support.running import start_spanmart

CALLS = CallBatches(spans=50, text_bytes=3_000)
DISK_MB, LEFT_MB = 120, 12
HEALS_S = 30.0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    mounted = tmp_path / "disk"
    mounted.mkdir()
    options = f"size={DISK_MB}m"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(mounted)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.decode().strip()}")
    yield mounted
    subprocess.run(["umount", "--lazy", str(mounted)], check=True)


def fill(ballast: Path) -> None:
    """Leave a few megabytes."""
    free = shutil.disk_usage(ballast.parent).free
    ballast.write_bytes(bytes(max(0, free - LEFT_MB * 2**20)))


def test_a_full_disk(small_disk: Path, built_folder: Path, faults: FaultRows, scale: Scale) -> None:
    times = scale(1, 20)
    expected = "503 and Retry-After, heals within 30 s of space, 0 lost"
    with faults.row(4, "disk full", times, expected) as measured:
        data = small_disk / "data"
        shutil.copytree(built_folder, data)
        # Marts have a file of their own; here it is the ledger's turn.
        spanmart = start_spanmart(data, "--refresh-seconds", "3600")
        try:
            load, ballast = Load(4, CALLS, pause_s=0.02), small_disk / "ballast"
            load.aim(spanmart)
            slowest_s = 0.0
            for _ in range(times):
                fill(ballast)
                before = load.count("refused")
                spanmart.wait_until(lambda: load.count("refused") > before + 3, "refusals")  # noqa: B023
                ballast.unlink()
                freed, before = time.monotonic(), load.count("acknowledged")
                spanmart.wait_until(lambda: load.count("acknowledged") > before + 3, "healing")  # noqa: B023
                slowest_s = max(slowest_s, time.monotonic() - freed)
            load.finish()
            assert spanmart.process.poll() is None
            assert load.wrong == []
            kill(spanmart)
            shutil.copytree(data, small_disk.parent / "data", ignore=shutil.ignore_patterns("*.sock"))
        finally:
            kill(spanmart)
        restarted = start_spanmart(small_disk.parent / "data")
        ledger = stop_when_built(restarted, len(load.sent) * CALLS.spans)
        measured.update({"refusals": load.count("refused"), "heals in s": slowest_s, "stored": ledger.stored})
        assert scale.is_small or slowest_s <= HEALS_S
        assert_exactly_once(ledger, load.sent, CALLS.spans)
