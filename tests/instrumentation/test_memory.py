"""Nothing is kept of a call that has ended, however it ended; `make bench-memory` makes very many."""

import gc
from collections import Counter

from benchmarks.instrumentation import memory
from spanmart.instrumentation import flush

from .conftest import Recorded

KEPT_OF_A_CALL = (
    "Call",
    "Recording",
    "StreamTap",
    "WatchedBody",
    "RecordedBody",
    "ChatStream",
    "_Span",
    "Interaction",
)


def alive() -> Counter[str]:
    gc.collect()
    flush()
    names = Counter(type(each).__name__ for each in gc.get_objects())
    return Counter({name: names[name] for name in KEPT_OF_A_CALL})


def test_nothing_of_a_call_stays(recorded: Recorded) -> None:
    before = alive()
    for _ in memory.make(calls=400, pause_every=400):
        assert len(recorded.spans) > 300
        recorded.exporter.clear()
    assert alive() - before == Counter()
