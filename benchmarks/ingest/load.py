"""What to send and what came of it: the terms between the benchmark and its sender's process."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Load:
    """One run of a sender.

    Without `rate` every connection sends its next request as soon as it has an answer; with it, requests are
    due at that many a second whether or not the receiver keeps up, and latency counts from when one was due.
    """

    port: int
    payloads: str  # a file made by `payloads.payloads`
    connections: int
    seconds: float
    protocol: str = "http"  # or grpc
    headers: dict[str, str] = field(default_factory=dict)
    rate: float | None = None  # requests a second
    requests: int | None = None  # stop after so many, should the time not be over before
    grace_s: float = 60.0  # how long to wait for answers when the time to send is over


@dataclass(frozen=True)
class Outcome:
    """What a run came to; only spans that were answered with success count as acknowledged."""

    requests: int  # answered with success
    acknowledged: int  # spans
    bytes: int  # of OTLP, acknowledged
    seconds: float  # from the first sending to the last success
    refused: dict[str, int]  # requests by HTTP status or gRPC code
    unanswered: int  # requests cut off, or still open when patience ended: stored or not, nobody knows
    unanswered_spans: int
    sender_cpu_s: float
    latency_ms: dict[str, float]  # of successes: p50, p90, p99, max

    @property
    def rate(self) -> float:
        """Acknowledged spans a second."""
        return self.acknowledged / self.seconds if self.seconds else 0.0


def percentiles(seconds: list[float]) -> dict[str, float]:
    """p50, p90, p99 and max in milliseconds; empty where nothing was measured."""
    if not seconds:
        return {}
    ordered = sorted(seconds)
    shares = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
    last = len(ordered) - 1
    return {
        name: round(ordered[min(last, int(share * len(ordered)))] * 1e3, 2) for name, share in shares.items()
    }


class SenderFailed(Exception):
    """The sender's process ended without a result; what it wrote is on standard error."""


def send(load: Load, on_start: Callable[[], None] = lambda: None) -> Outcome:
    """Run a sender in its own process; `on_start` is called when its clock is about to start."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.ingest.sender"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=_ROOT,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(asdict(load)) + "\n")
        process.stdin.flush()
        if process.stdout.readline().strip() == "ready":
            on_start()
            process.stdin.write("go\n")
            process.stdin.flush()
        result = process.stdout.readline()
    if not result:
        raise SenderFailed(f"the sender ended with status {process.returncode} and no result")
    return Outcome(**json.loads(result))
