"""What each SDK is told to record is what the rows say, value by value."""

import json
from typing import Any

import pytest

from senders.described import DESCRIBED, expected_log_events, expected_resource, expected_spans
from senders.sender import SENDERS, Sender, send_once


def the_same(row: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """The row's columns that the expectation names, JSON parsed."""
    parsed = {name: json.loads(row[name]) for name in ("events", "links") if name in row}
    return {name: {**row, **parsed}[name] for name in expected}


@pytest.mark.parametrize("compression", ["none", "gzip"])
@pytest.mark.parametrize("sender", SENDERS, ids=str)
def test_rows_say_what_the_sdk_was_told(
    sender: Sender, compression: str, http_port: int, grpc_port: int, stored: Any
) -> None:
    ids, outcomes = send_once(sender.command("send_once", http_port, grpc_port, compression), DESCRIBED)
    assert outcomes.reasons == set()

    rows = {row["span_id"]: row for row in stored("spans")}
    expected = expected_spans(ids)
    assert len(stored("spans")) == len(expected)
    for one in expected:
        assert the_same(rows[one["span_id"]], one) == one
    events = sorted(stored("log_events"), key=lambda row: row["time_unix_nano"])
    for row, one in zip(events, expected_log_events(ids), strict=True):
        assert the_same(row, one) == one
    for row in (*rows.values(), *events):
        assert row["resource_attributes"].items() >= expected_resource().items()
