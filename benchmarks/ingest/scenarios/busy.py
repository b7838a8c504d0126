"""What ingestion loses to the rest of the process: marts that refresh and pages that people have open."""

import json
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from benchmarks.ingest.bench import Bench
from benchmarks.ingest.figures import ReceiverFigure, Series, ratio
from benchmarks.ingest.receivers.spanmart import Spanmart

_REFRESH_S = 5.0
_REFRESHES = 3  # that a run should at least see
_POLL_S = 3.0  # as an open page does
_VIEWS = ("metrics", "log", "failures", "data-quality")
_OPEN = (
    *(f"/admin-dashboard/fragment?tab=ai-insights&view={view}" for view in _VIEWS),
    "/api/ai-interactions/metrics",
)


def busy(bench: Bench) -> list[ReceiverFigure]:
    """The rate while marts refresh every 5 s and five open pages poll, against the rate alone."""
    longer = replace(bench, seconds=max(bench.seconds, _REFRESHES * _REFRESH_S))
    alone, beside, readers = Series(), Series(), Readers()
    for _ in range(bench.rounds):
        alone.add(*longer.spanmart(lambda to: longer.batches(to.http_port)))
        beside.add(*longer.spanmart(lambda to: longer.batches(to.http_port), _REFRESH_S, readers.reading))
    figure = beside.figure("busy")
    figure.note = f"{readers.summary()}; {figure.note}"
    share = ratio("busy", "÷ alone", beside.rate, alone.rate, f"alone {alone.rate:,.0f} spans/s")
    return [figure, share.at_least(0.7)]


@dataclass
class Readers:
    """People with pages open, each asking for its page again and again."""

    answers: "Counter[str]" = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    refreshed_seq: list[int] = field(default_factory=list)  # that the marts had when the load was over
    _stopping: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def reading(self, receiver: Spanmart) -> Iterator[None]:
        """Keep the pages open; in the end, see how much of the ledger the marts have."""
        web = f"http://127.0.0.1:{receiver.web_port}"
        self._stopping.clear()
        threads = [threading.Thread(target=self._read, args=(web + path,)) for path in _OPEN]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            for thread in threads:
                thread.join()
            with urllib.request.urlopen(f"{web}/readyz", timeout=30) as answer:
                self.refreshed_seq.append(json.load(answer)["refreshed_seq"])

    def summary(self) -> str:
        """How many answers there were, of which status, and how long they took."""
        ordered = sorted(self.seconds)
        half = ordered[len(ordered) // 2] * 1e3 if ordered else 0.0
        return f"pages {dict(self.answers)}, p50 {half:,.0f} ms; marts have batch {self.refreshed_seq}"

    def _read(self, url: str) -> None:
        while not self._stopping.is_set():
            started = time.monotonic()
            status = self._ask(url)
            self.answers[status] += 1
            self.seconds.append(time.monotonic() - started)
            self._stopping.wait(_POLL_S)

    @staticmethod
    def _ask(url: str) -> str:
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                answer.read()
                return str(answer.status)
        except urllib.error.HTTPError as error:
            return str(error.code)
        except OSError:
            return "no answer"
