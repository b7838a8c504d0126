"""Rows 8, 9, 10 and 11: slow and idle senders, too many spans, replies that never arrive, many refusals."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from faults.fault_rows import FaultRows, Scale
from faults.flaky_proxy import flaky_proxy
from faults.ledger import assert_exactly_once, stop_when_built
from faults.load import Load
from faults.process import Memory, Up
from support.call_batches import CallBatches
from support.otlp import send
from support.running import RunningSpanmart

CALLS = CallBatches(spans=20)
MANY_CALLS = CallBatches(spans=200, text_bytes=3_000)
RSS_MB = 1_024
# A small run is over before the allocator has settled, beside whatever else the machine does.
SMALL_RUN_RSS_MB = 2_048
GOOD_REQUESTS = 100
GOOD_P99_S = 0.5
HEAD = b"POST /v1/traces HTTP/1.1\r\nHost: spanmart\r\nContent-Type: application/x-protobuf\r\n"


@contextmanager
def connections(port: int, count: int, sent: bytes) -> Iterator[list[socket.socket]]:
    """So many connections, on each of which that much was sent and no more."""
    opened: list[socket.socket] = []
    try:
        for _ in range(count):
            opened.append(socket.create_connection(("127.0.0.1", port), timeout=60))
            opened[-1].sendall(sent)
        yield opened
    finally:
        for one in opened:
            one.close()


def good_p99_s(port: int, slow: list[socket.socket]) -> float:
    """How long a good client's requests take while the others send a byte now and then."""
    seconds = []
    for number in range(GOOD_REQUESTS):
        for one in slow[number % 50 :: 50]:
            one.sendall(b"x")
        started = time.monotonic()
        assert send(port, "/v1/traces", CALLS.body(number.to_bytes(16, "big"))).status == 200
        seconds.append(time.monotonic() - started)
    return sorted(seconds)[-2]


@pytest.mark.parametrize(
    ("name", "sent", "dribbles", "counts"),
    [
        ("slow headers", HEAD + b"X-Slow: ", True, (200, 2_000)),
        ("slow bodies", HEAD + b"Content-Length: 1000000\r\n\r\n", True, (200, 2_000)),
        ("idle connections", b"", False, (500, 10_000)),
    ],
)
def test_slow_and_idle_senders(
    name: str, sent: bytes, dribbles: bool, counts: tuple[int, int], up: Up, faults: FaultRows, scale: Scale
) -> None:
    count = scale(*counts)
    spanmart = up()
    port = spanmart.ready["otlp_http_port"]
    with faults.row(8, name, count, "a good client's p99 < 500 ms") as measured:
        with connections(port, count, sent) as others:
            p99_s = good_p99_s(port, others if dribbles else [])
        measured.update({"p99 s": p99_s})
        assert scale.is_small or p99_s < GOOD_P99_S


def test_overload(up: Up, faults: FaultRows, scale: Scale) -> None:
    seconds = scale(6, 300)
    expected = "only retryable refusals; accepted = stored; RSS ≤ 1 GB"
    with faults.row(9, "overload, in seconds", seconds, expected) as measured:
        spanmart = up()
        memory = Memory(spanmart)
        load = Load(160, MANY_CALLS)
        load.aim(spanmart)
        time.sleep(seconds)
        load.finish()
        peak_mb = memory.peak_mb()
        ledger = stop_when_built(spanmart, len(load.sent) * MANY_CALLS.spans)
        measured.update(
            {
                "accepted spans": len(load.acknowledged) * MANY_CALLS.spans,
                "stored": ledger.stored,
                "refusals": load.count("refused"),
                "peak RSS MB": peak_mb,
            }
        )
        assert load.wrong == []
        assert load.count("broken") == 0
        assert_exactly_once(ledger, load.sent, MANY_CALLS.spans)
        assert peak_mb <= (SMALL_RUN_RSS_MB if scale.is_small else RSS_MB)


@contextmanager
def behind_proxies(spanmart: RunningSpanmart, fail: float, cut: float) -> Iterator[RunningSpanmart]:
    """The same process, reached through networks that are not good."""
    ready = spanmart.ready
    with (
        flaky_proxy(f"http://127.0.0.1:{ready['otlp_http_port']}", fail=fail, cut=cut) as http,
        flaky_proxy(f"grpc://127.0.0.1:{ready['otlp_grpc_port']}", fail=fail, cut=cut, seed=2) as grpc,
    ):
        yield replace(spanmart, ready={**ready, "otlp_http_port": http.port, "otlp_grpc_port": grpc.port})


@pytest.mark.parametrize(
    ("number", "name", "fail", "cut", "requests"),
    [
        (10, "reply cut after the commit", 0.0, 0.5, (20, 1_000)),
        (11, "70 % answered 503", 0.7, 0.0, (20, 500)),
    ],
)
def test_networks_that_are_not_good(
    number: int,
    name: str,
    fail: float,
    cut: float,
    requests: tuple[int, int],
    up: Up,
    faults: FaultRows,
    scale: Scale,
) -> None:
    count = scale(*requests)
    with faults.row(number, name, count, "delivered; 0 duplicates in the marts") as measured:
        spanmart = up()
        load = Load(4, CALLS)
        with behind_proxies(spanmart, fail, cut) as reached:
            load.aim(reached)
            kind = "broken" if cut else "refused"
            spanmart.wait_until(lambda: load.outcomes.total() - load.count("acknowledged") >= count, kind)
            load.finish()
        ledger = stop_when_built(spanmart, len(load.sent) * CALLS.spans)
        measured.update(
            {
                "requests": len(load.sent),
                "as senders saw it": load.story(),
                "rows stored twice": ledger.raw.duplicates,
                "duplicates in the marts": ledger.marts.duplicates,
            }
        )
        assert load.wrong == []
        assert_exactly_once(ledger, load.sent, CALLS.spans)
