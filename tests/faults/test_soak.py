"""Row 16: hours of ordinary work, in minutes: spans, refreshes and open pages, and memory that stays."""

import threading
import time
import urllib.request

from faults.fault_rows import FaultRows, Scale
from faults.ledger import assert_exactly_once, stop_when_built
from faults.load import Load
from faults.process import Memory, Up
from support.call_batches import CallBatches
from support.running import PATIENCE_S, RunningSpanmart

CALLS = CallBatches(spans=500, text_bytes=2_000)
SENDERS = 5
# Five senders of 500 spans each, twice a second: 5,000 spans/s where the machine has room for it.
PAUSE_S = 0.5
PAGES = ["metrics", "log", "failures", "data-quality"]
MB_A_MINUTE = 1.0
# What a process needs grows until its caches are filled.
WARM_UP_SHARE = 0.3


class Visitor:
    """Looks at one page after another, as long as it lives."""

    def __init__(self, spanmart: RunningSpanmart) -> None:
        self.views = 0
        self._web = spanmart.web
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def leave(self) -> None:
        self._leaving.set()
        self._thread.join(PATIENCE_S)

    def _look(self) -> None:
        while not self._leaving.wait(0.5):
            page = PAGES[self.views % len(PAGES)]
            address = f"{self._web}/admin-dashboard?tab=ai-insights&view={page}"
            with urllib.request.urlopen(address, timeout=PATIENCE_S) as answer:
                answer.read()
            self.views += 1


def slope_mb_a_minute(samples: list[tuple[float, float]]) -> float:
    """The median of the slopes between samples half the time apart: one peak does not tilt it."""
    half = len(samples) // 2
    slopes = [
        (late[1] - early[1]) / (late[0] - early[0]) * 60
        for early, late in zip(samples[:half], samples[half:], strict=False)
    ]
    return sorted(slopes)[len(slopes) // 2]


def test_soak(up: Up, faults: FaultRows, scale: Scale) -> None:
    seconds = scale(8, 1_800)
    with faults.row(16, "soak, in seconds", seconds, "RSS slope < 1 MB/min, 0 lost") as measured:
        spanmart = up("--refresh-seconds", "5")
        load, memory = Load(SENDERS, CALLS, pause_s=PAUSE_S), Memory(spanmart)
        load.aim(spanmart)
        visitor = Visitor(spanmart)
        samples = []
        started = time.monotonic()
        while (passed := time.monotonic() - started) < seconds:
            samples.append((passed, memory.now_mb()))
            time.sleep(1)
        visitor.leave()
        load.finish()
        warm = [sample for sample in samples if sample[0] >= seconds * WARM_UP_SHARE]
        ledger = stop_when_built(spanmart, len(load.sent) * CALLS.spans)
        measured.update(
            {
                "spans/s": len(load.acknowledged) * CALLS.spans / seconds,
                "page views": visitor.views,
                "RSS MB": samples[-1][1],
                "RSS slope MB/min": slope_mb_a_minute(warm),
            }
        )
        assert visitor.views > 0
        assert load.wrong == []
        assert_exactly_once(ledger, load.sent, CALLS.spans)
        assert scale.is_small or slope_mb_a_minute(warm) < MB_A_MINUTE
