"""An application sends to rotel, and rotel forwards to spanmart."""

import signal
import time
from pathlib import Path
from typing import Any

import pytest

from senders.delivered import Delivered, assert_all_delivered
from senders.described import DESCRIBED, expected_log_events, expected_spans
from senders.forwarding import Protocol, Rotel
from senders.restarting import RestartingSpanmart
from senders.sender import Outcomes, Sender, SendingOn, send_once
from senders.test_contents import the_same
from support.running import PATIENCE_S

APP = Sender("python", "protobuf")


@pytest.mark.parametrize("compression", ["none", "gzip"])
@pytest.mark.parametrize("protocol", ["grpc", "http"])
def test_rotel_forwards_what_it_was_sent(
    protocol: Protocol, compression: str, http_port: int, grpc_port: int, stored: Any, tmp_path: Path
) -> None:
    with Rotel(tmp_path, http_port, grpc_port, protocol, compression) as rotel:
        ids, _ = send_once(APP.command("send_once", rotel.http_port, rotel.grpc_port), DESCRIBED)
        deadline = time.monotonic() + PATIENCE_S
        expected, judged = expected_spans(ids), expected_log_events(ids)
        while len(stored("spans")) < len(expected) or len(stored("log_events")) < len(judged):
            assert time.monotonic() < deadline, "rotel does not deliver"
            time.sleep(0.1)

    rows = {row["span_id"]: row for row in stored("spans")}
    assert [the_same(rows[one["span_id"]], one) for one in expected] == expected
    events = sorted(stored("log_events"), key=lambda row: row["time_unix_nano"])
    assert [the_same(row, one) for row, one in zip(events, judged, strict=True)] == judged


def send_some(rotel: Rotel) -> Outcomes:
    """Have an application send a few batches; whatever rotel has taken by then, it owes to spanmart."""
    with SendingOn(APP.command("send_on", rotel.http_port, rotel.grpc_port)) as sending:
        sending.wait_for_acknowledged(batches=3)
        outcomes = sending.end()
    assert outcomes.reasons == set()
    return outcomes


def wait_until_judged(spanmart: RestartingSpanmart, calls: int) -> None:
    """Wait until so many calls are in the marts, with the feedback on them."""

    def all_there() -> bool:
        found = spanmart.running.get("/api/ai-interactions", user_feedback="accepted", limit=1)
        return bool(found["total"] == calls)

    spanmart.running.wait_until(all_there, f"{calls} calls with their feedback")


# A request that is under way when the connection breaks is one that rotel drops, as its log says. What it has
# taken while spanmart is away it keeps.
@pytest.mark.parametrize(("protocol", "compression"), [("grpc", "gzip"), ("http", "none")])
def test_rotel_keeps_what_it_was_sent_until_spanmart_is_back(
    protocol: Protocol, compression: str, tmp_path: Path
) -> None:
    sent = Outcomes()
    with (
        RestartingSpanmart(tmp_path / "data") as spanmart,
        Rotel(tmp_path, spanmart.http_port, spanmart.grpc_port, protocol, compression) as rotel,
    ):
        sent.batches += send_some(rotel).batches
        for how in (signal.SIGTERM, signal.SIGKILL):
            wait_until_judged(spanmart, len(sent.acknowledged("log_events")))
            spanmart.end(how)
            sent.batches += send_some(rotel).batches
            spanmart.start()
        wait_until_judged(spanmart, len(sent.acknowledged("log_events")))
        spanmart.end()

    assert_all_delivered(Delivered.read(tmp_path / "data"), sent)
