"""What came of the requests that one sender made."""

import time
from collections import Counter
from dataclasses import dataclass, field

from benchmarks.ingest.load import Outcome, percentiles
from benchmarks.ingest.payloads import Payload


@dataclass
class Tally:
    """Counts what the answers were."""

    requests: int = 0
    acknowledged: int = 0
    bytes: int = 0
    refused: "Counter[str]" = field(default_factory=Counter)
    unanswered: int = 0
    unanswered_spans: int = 0
    latencies_s: list[float] = field(default_factory=list)
    last_success: float = 0.0

    def success(self, payload: Payload, rejected: int, since: float) -> None:
        """All of a request's spans but the `rejected` are acknowledged; `since` is when it was due."""
        now = time.perf_counter()
        self.requests += 1
        self.acknowledged += payload.spans - rejected
        self.bytes += payload.otlp_bytes
        self.latencies_s.append(now - since)
        self.last_success = now

    def lost(self, payload: Payload) -> None:
        """No answer came."""
        self.unanswered += 1
        self.unanswered_spans += payload.spans

    def outcome(self, started: float, cpu_s: float) -> Outcome:
        """The whole run's."""
        return Outcome(
            self.requests,
            self.acknowledged,
            self.bytes,
            max(0.0, self.last_success - started),
            dict(self.refused),
            self.unanswered,
            self.unanswered_spans,
            cpu_s,
            percentiles(self.latencies_s),
        )
