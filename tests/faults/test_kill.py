"""Rows 1, 2 and 5: the process ends at the worst moments, and nothing that was acknowledged is lost."""

import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from faults.fault_rows import FaultRows, Scale
from faults.ledger import Ledger, assert_exactly_once, stop_when_built, total
from faults.load import Load
from faults.process import Up, kill
from support.call_batches import CallBatches
from support.running import PATIENCE_S, RunningSpanmart

SENDERS = 6
CALLS = CallBatches(spans=20)
# A few of these are as much as the write-ahead log may hold before it is checkpointed.
LONG_CALLS = CallBatches(spans=20, text_bytes=100_000)
NOTHING_LOST = "0 acknowledged spans lost, 0 duplicates in the marts"
DRAIN_S = 10.0


def wait_for_acknowledgement(spanmart: RunningSpanmart, load: Load) -> None:
    before = load.count("acknowledged")
    spanmart.wait_until(lambda: load.count("acknowledged") > before, "an acknowledgement")


def settle(spanmart: RunningSpanmart, load: Load) -> tuple[Ledger, dict[str, object]]:
    """Let the senders finish, and find what they sent."""
    load.aim(spanmart)
    load.finish()
    ledger = stop_when_built(spanmart, len(load.sent) * load.batches.spans)
    return ledger, {
        "acknowledged spans": len(load.acknowledged) * load.batches.spans,
        "lost": len(ledger.raw.without(load.acknowledged, load.batches.spans)) * load.batches.spans,
        "requests cut off": load.count("broken"),
        "rows stored twice by retries": ledger.raw.duplicates,
        "duplicates in the marts": ledger.marts.duplicates,
    }


def test_kill_9_under_load(up: Up, faults: FaultRows, scale: Scale) -> None:
    kills = scale(2, 100)
    with faults.row(1, "kill -9 under load", kills, NOTHING_LOST) as measured:
        load, dice = Load(SENDERS, CALLS, pause_s=0.02), random.Random(1)
        for _ in range(kills):
            spanmart = up()
            load.aim(spanmart)
            wait_for_acknowledgement(spanmart, load)
            time.sleep(dice.uniform(0, 1))
            kill(spanmart)
        ledger, found = settle(up(), load)
        measured.update(found)
        assert load.wrong == []
        assert_exactly_once(ledger, load.sent, CALLS.spans)


@dataclass(frozen=True)
class Moment:
    """When to kill: `wait` returns as it begins, and it lasts about `lasts_s` seconds."""

    wait: Callable[[RunningSpanmart], None]
    lasts_s: float


def wait_for_refresh(spanmart: RunningSpanmart) -> None:
    """Return in the middle of one: dbt says which model it is at."""
    deadline = time.monotonic() + PATIENCE_S
    while spanmart.get("/readyz")["progress"] is None:
        assert time.monotonic() < deadline, "no refresh ran"


def wait_for_checkpoint(spanmart: RunningSpanmart) -> None:
    """Return when one has begun: only a checkpoint writes into the file itself."""
    landing = Path(spanmart.ready["data"]) / "landing.duckdb"
    before, deadline = landing.stat().st_mtime_ns, time.monotonic() + PATIENCE_S
    while landing.stat().st_mtime_ns == before:
        assert time.monotonic() < deadline, "no checkpoint ran"
        time.sleep(0.001)


def kill_at(moment: Moment, kills: int, up: Up, load: Load) -> int:
    """Kill as often as asked; returns how often the marts of before were not served right after a start."""
    dice = random.Random(2)
    not_served, good = 0, 0
    for _ in range(kills):
        spanmart = up("--refresh-seconds", "0.1")
        not_served += total(spanmart) < good
        load.aim(spanmart)
        spanmart.wait_until(lambda: total(spanmart) > good, "newer marts")  # noqa: B023 - called at once
        moment.wait(spanmart)
        good = total(spanmart)
        time.sleep(dice.uniform(0, moment.lasts_s))
        kill(spanmart)
    return not_served


@pytest.mark.parametrize(
    ("name", "moment", "calls", "pause_s", "kills"),
    [
        ("a dbt refresh", Moment(wait_for_refresh, lasts_s=0.5), CALLS, 0.1, (2, 20)),
        ("a checkpoint", Moment(wait_for_checkpoint, lasts_s=0.1), LONG_CALLS, 0.0, (1, 20)),
    ],
)
def test_kill_9_during(
    name: str,
    moment: Moment,
    calls: CallBatches,
    pause_s: float,
    kills: tuple[int, int],
    up: Up,
    faults: FaultRows,
    scale: Scale,
) -> None:
    expected = f"{NOTHING_LOST}; the last good marts served at once"
    with faults.row(2, f"kill -9 during {name}", scale(*kills), expected) as measured:
        load = Load(4, calls, pause_s=pause_s)
        not_served = kill_at(moment, scale(*kills), up, load)
        ledger, found = settle(up(), load)
        measured.update({**found, "starts without the last good marts": not_served})
        assert not_served == 0
        assert load.wrong == []
        assert_exactly_once(ledger, load.sent, calls.spans)


def test_sigterm_under_load(up: Up, faults: FaultRows, scale: Scale) -> None:
    terminations = scale(2, 50)
    expected = "exit 0 within 10 s, 0 lost, senders see closes and retryable refusals only"
    with faults.row(5, "SIGTERM under load", terminations, expected) as measured:
        load, dice = Load(SENDERS, CALLS, pause_s=0.01), random.Random(5)
        exits, slowest_s = [], 0.0
        for _ in range(terminations):
            spanmart = up()
            load.aim(spanmart)
            wait_for_acknowledgement(spanmart, load)
            time.sleep(dice.uniform(0, 1))
            started = time.monotonic()
            spanmart.process.send_signal(signal.SIGTERM)
            exits.append(spanmart.process.wait(PATIENCE_S))
            slowest_s = max(slowest_s, time.monotonic() - started)
        ledger, found = settle(up(), load)
        measured.update({**found, "slowest exit s": slowest_s, "as senders saw it": load.story()})
        assert set(exits) == {0}
        assert scale.is_small or slowest_s <= DRAIN_S
        assert load.wrong == []
        assert_exactly_once(ledger, load.sent, CALLS.spans)
