"""Feedback: the event that it is, and what it does not take."""

from typing import Any

import pytest

from spanmart.instrumentation import record_feedback

from .conftest import Recorded

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
ID = f"{TRACE}-{SPAN}"


def test_feedback_is_an_event_on_the_span_that_it_judges(recorded: Recorded) -> None:
    record_feedback(ID, "modified", score=80, comment="shorter", final_text="Exits.")
    (event,) = recorded.log_records
    assert event.event_name == "gen_ai.evaluation.result"
    assert (f"{event.trace_id:032x}", f"{event.span_id:016x}") == (TRACE, SPAN)
    assert event.timestamp
    assert dict(event.attributes) == {
        "gen_ai.evaluation.name": "user_feedback",
        "gen_ai.evaluation.score.label": "modified",
        "gen_ai.evaluation.score.value": 80.0,
        "gen_ai.evaluation.explanation": "shorter",
        "spanmart.feedback.final_text": "Exits.",
        "spanmart.interaction.id": ID,
    }


def test_what_is_not_said_is_left_out(recorded: Recorded) -> None:
    record_feedback(ID, "accepted")
    assert set(recorded.log_records[0].attributes) == {
        "gen_ai.evaluation.name",
        "gen_ai.evaluation.score.label",
        "spanmart.interaction.id",
    }


@pytest.mark.parametrize(
    ("arguments", "error", "named"),
    [
        ({"label": "liked"}, ValueError, "accepted, rejected, modified, not 'liked'"),
        ({"score": 101}, ValueError, "0 to 100, not 101"),
        ({"score": -1}, ValueError, "0 to 100"),
        ({"score": float("nan")}, ValueError, "0 to 100"),
        ({"score": "80"}, TypeError, "not str"),
        ({"score": True}, TypeError, "not bool"),
        ({"comment": 5}, TypeError, "comment must be text"),
        ({"final_text": b"x"}, TypeError, "final_text must be text"),
        ({"interaction_id": "abc"}, ValueError, "'abc'"),
        ({"interaction_id": ID.upper()}, ValueError, "lower-case"),
        ({"interaction_id": 5}, ValueError, "5"),
    ],
)
def test_a_wrong_argument_is_named(
    arguments: dict[str, Any], error: type[Exception], named: str, recorded: Recorded
) -> None:
    with pytest.raises(error, match=named):
        record_feedback(**{"interaction_id": ID, "label": "accepted", **arguments})
    assert not recorded.log_records


def test_feedback_for_a_call_that_was_not_recorded_is_ignored(
    recorded: Recorded, caplog: pytest.LogCaptureFixture
) -> None:
    record_feedback(None, "accepted")
    record_feedback(None, "rejected")
    assert not recorded.log_records
    assert len(caplog.records) == 1
