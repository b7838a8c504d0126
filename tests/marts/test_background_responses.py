"""A response that is begun in the background and the calls that retrieve it are one interaction."""

import itertools
from typing import Any

import pytest

from support.marts import Marts
from support.spans import NANOSECONDS, NOON, Row, begun, failed, messages, retrieval, span

MINUTE = 60 * NANOSECONDS
ELSE = {"gen_ai.output.messages": messages(("assistant", "Else"))}
ARRIVALS = [[begun(1)], [retrieval(2, status="in_progress")], [retrieval(3)]]


def answered(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("status", "finish_reason", "rendered_prompt", "ai_response"))


@pytest.mark.parametrize("order", list(itertools.permutations((0, 1, 2))))
def test_in_whatever_order_they_arrive(order: tuple[int, ...], marts: Marts) -> None:
    for arrival in order:
        marts.build(*ARRIVALS[arrival])
    assert marts.query("select count(*) as n from interactions") == [{"n": 1}]
    row = marts.interaction()
    assert answered(row) == ("success", "stop", "Say hello", "Hello!")
    assert (row["input_tokens"], row["output_tokens"], row["response_id"]) == (1000, 100, "resp_1")
    assert row["estimated_cost_usd"] > 0


def test_it_takes_until_the_answer_is_there(marts: Marts) -> None:
    start = NOON + 9 * MINUTE
    end = {"start": start, "end_time_unix_nano": start + MINUTE}
    marts.build(begun(1, start=NOON, end_time_unix_nano=NOON + 1), retrieval(2, **end))
    assert marts.interaction()["processing_time_ms"] == 600_000


def test_the_newest_answer_counts(marts: Marts) -> None:
    marts.build(begun(1), retrieval(3, attributes=ELSE))
    marts.build(retrieval(2))
    assert marts.interaction()["ai_response"] == "Else"


def test_one_that_was_not_retrieved_is_partial(marts: Marts) -> None:
    marts.build(begun(1), retrieval(2, status="in_progress"))
    row = marts.interaction()
    assert (row["status"], row["status_reason"]) == ("partial", "response_unfinished")


def test_one_that_failed_meanwhile_is_a_failure(marts: Marts) -> None:
    marts.build(begun(1))
    error = {"attributes": {"error.type": "server_error"}, "status_message": "It broke."}
    marts.build(retrieval(2, status="failed", status_code="ERROR", **error))
    row = marts.interaction()
    assert (row["status"], row["error_type"], row["error_message"]) == (
        "failure",
        "server_error",
        "It broke.",
    )


def test_a_stream_that_broke_and_was_resumed_went_well(marts: Marts) -> None:
    partial = {**ELSE, "spanmart.stream.state": "interrupted"}
    marts.build(failed(1, "The connection broke.", attributes=partial))
    assert marts.interaction()["status"] == "failure"
    marts.build(retrieval(2, attributes={"spanmart.stream.state": "complete"}))
    row = marts.interaction()
    assert answered(row) == ("success", "stop", "Say hello", "Hello!")
    assert (row["error_type"], row["error_message"]) == (None, None)


def test_one_that_was_answered_at_once_stays_as_it_was(marts: Marts) -> None:
    marts.build(span(1))
    before = marts.interaction()
    marts.build(retrieval(2, attributes=ELSE))
    assert marts.interaction() == before


def test_the_costs_of_the_day_have_it_once(marts: Marts) -> None:
    for row in (begun(1), retrieval(2), retrieval(3)):
        marts.build(row)
    assert marts.query("select sum(output_tokens) as tokens from costs_daily") == [{"tokens": 100}]
