"""Senders that send what they have until it is acknowledged, whatever happens to the receiver."""

import http.client
import itertools
import secrets
import threading
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import grpc

from support.call_batches import CallBatches
from support.otlp import PROTOBUF
from support.running import PATIENCE_S, RunningSpanmart

if TYPE_CHECKING:
    from collections.abc import Callable

EXPORT_TRACES = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
RETRYABLE_STATUSES = (429, 502, 503, 504)
GRPC_OPTIONS = [
    ("grpc.use_local_subchannel_pool", 1),  # else all senders would share one connection
    ("grpc.max_send_message_length", -1),
]

Kind = Literal["acknowledged", "refused", "broken", "wrong"]


@dataclass(frozen=True)
class Outcome:
    """What became of one request: stored, refused in a retryable way, its connection broken, or else."""

    kind: Kind
    detail: str


class Transport(Protocol):
    """One connection to a receiver, opened when it is needed."""

    def send(self, body: bytes) -> Outcome: ...
    def close(self) -> None: ...


class HttpTransport:
    """OTLP/HTTP in protobuf; a body that is gzip already is sent with `coding`."""

    def __init__(self, port: int, coding: str | None = None) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        self._headers = {"Content-Type": PROTOBUF, **({"Content-Encoding": coding} if coding else {})}

    def send(self, body: bytes) -> Outcome:
        try:
            self._connection.request("POST", "/v1/traces", body, self._headers)
            response = self._connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return Outcome("broken", type(error).__name__)
        if response.status == 200:
            return Outcome("wrong", f"200 {answer!r}") if answer else Outcome("acknowledged", "200")
        if response.status in RETRYABLE_STATUSES and response.getheader("Retry-After"):
            return Outcome("refused", str(response.status))
        return Outcome("wrong", f"{response.status} {answer[:200]!r}")

    def close(self) -> None:
        self._connection.close()


class GrpcTransport:
    """OTLP/gRPC over a connection of its own."""

    def __init__(self, port: int) -> None:
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=GRPC_OPTIONS)
        self._export = self._channel.unary_unary(EXPORT_TRACES)

    def send(self, body: bytes) -> Outcome:
        try:
            answer = self._export(body, timeout=PATIENCE_S)
        except grpc.RpcError as error:
            return _outcome_of(error)
        return Outcome("wrong", repr(answer)) if answer else Outcome("acknowledged", "OK")

    def close(self) -> None:
        self._channel.close()


def _outcome_of(error: grpc.RpcError) -> Outcome:
    name = error.code().name
    if name == "UNAVAILABLE" and "grpc-status-details-bin" in dict(error.trailing_metadata() or ()):
        return Outcome("refused", name)
    if name in ("UNAVAILABLE", "CANCELLED"):
        return Outcome("broken", name)
    return Outcome("wrong", f"{name}: {error.details()}")


class Load:
    """Senders, each with a connection of its own and one request under way; every second one speaks gRPC.

    A request that is not acknowledged is sent again, as it is, until it is: `aim` says where to.
    """

    def __init__(self, senders: int, batches: CallBatches, *, pause_s: float = 0.0) -> None:
        self.batches = batches
        self.sent: set[bytes] = set()
        self.acknowledged: set[bytes] = set()
        self.outcomes: Counter[Outcome] = Counter()
        self._pause_s = pause_s
        self._run_id = secrets.token_bytes(8)
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._transports: list[Callable[[], Transport]] = []
        self._finishing, self._stopping = threading.Event(), threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(number,), daemon=True) for number in range(senders)
        ]

    def aim(self, spanmart: RunningSpanmart) -> None:
        """Send to this process from now on; starts the senders the first time."""
        ready, first = spanmart.ready, not self._transports
        self._transports = [
            lambda: HttpTransport(ready["otlp_http_port"]),
            lambda: GrpcTransport(ready["otlp_grpc_port"]),
        ]
        if first:
            for thread in self._threads:
                thread.start()

    def stop(self) -> None:
        """End at once, whatever is under way."""
        self._stopping.set()
        self._join()

    def finish(self) -> None:
        """Begin nothing new, and end when all that was sent is acknowledged."""
        self._finishing.set()
        self._join()

    def count(self, kind: Kind) -> int:
        """How many requests came out like this."""
        return sum(times for outcome, times in self.outcomes.copy().items() if outcome.kind == kind)

    @property
    def wrong(self) -> list[str]:
        """Answers that no sender should ever get."""
        return [outcome.detail for outcome in self.outcomes.copy() if outcome.kind == "wrong"]

    def story(self) -> str:
        """Each outcome but success, and how often."""
        counts = self.outcomes.most_common()
        return ", ".join(f"{one.detail} x{times}" for one, times in counts if one.kind != "acknowledged")

    def _join(self) -> None:
        for thread in self._threads:
            thread.join(PATIENCE_S)
            assert not thread.is_alive(), f"a sender did not end: {self.outcomes}"

    def _run(self, number: int) -> None:
        make = self._transports[number % 2]
        transport = make()
        while not self._finishing.is_set() and not self._stopping.is_set():
            trace_id = self._next_trace_id()
            body = self.batches.body(trace_id)
            while (outcome := transport.send(body)).kind != "acknowledged" and not self._stopping.is_set():
                self._note(outcome)
                if outcome.kind == "broken":
                    transport.close()
                    transport = self._transports[number % 2]()
                self._stopping.wait(0.05)
            if outcome.kind == "acknowledged":
                self._note(outcome, trace_id)
            self._stopping.wait(self._pause_s)
        transport.close()

    def _next_trace_id(self) -> bytes:
        with self._lock:
            trace_id = self._run_id + next(self._numbers).to_bytes(8, "big")
            self.sent.add(trace_id)
        return trace_id

    def _note(self, outcome: Outcome, acknowledged: bytes | None = None) -> None:
        with self._lock:
            self.outcomes[outcome] += 1
            if acknowledged:
                self.acknowledged.add(acknowledged)
