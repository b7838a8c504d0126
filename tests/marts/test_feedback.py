"""What users made of the answers: the latest judgement by time, whole, whenever it arrives."""

from datetime import UTC, datetime
from typing import Any

import pytest

from support.marts import Marts
from support.spans import DAY, NANOSECONDS, NOON, Row, feedback, interaction_id, messages, span

ANSWER = "Füße naß 👍🏽"


def judgement(row: Row) -> tuple[Any, ...]:
    names = ("user_feedback", "quality_score", "user_feedback_comment", "edit_distance")
    return tuple(row[name] for name in names)


def answered(number: int = 1) -> Row:
    return span(number, attributes={"gen_ai.output.messages": messages(("assistant", ANSWER))})


def whole(number: int = 1, label: str = "modified", **changes: Any) -> Row:
    return feedback(
        number,
        label,
        **{
            "gen_ai.evaluation.score.value": 80,
            "gen_ai.evaluation.explanation": "shorter",
            "spanmart.feedback.final_text": "Fuß naß 👍",
            **changes,
        },
    )


NOTHING = ("no_feedback", None, None, None)
EDITED = ("modified", 80.0, "shorter", 3)  # ü→u, e and a skin tone dropped: code points, not bytes


@pytest.mark.parametrize("order", ["together", "feedback first", "feedback later"])
def test_feedback_reaches_its_call_in_any_order(marts: Marts, order: str) -> None:
    if order == "together":
        marts.build(answered(), whole())
    elif order == "feedback first":
        marts.build(whole())
        assert marts.query("select * from interactions") == []
        marts.build(answered())
    else:
        marts.build(answered(), span(2))
        assert marts.interaction()["user_feedback"] == "no_feedback"
        marts.build(whole())
        assert marts.interaction(2)["user_feedback"] == "no_feedback"
    row = marts.interaction()
    assert judgement(row) == EDITED
    assert row["feedback_at"].replace(tzinfo=UTC) == datetime.fromtimestamp((NOON + DAY) / NANOSECONDS, UTC)
    assert row["updated_at"] >= row["ingested_at"]


def test_the_latest_by_time_wins_whatever_the_order_of_arrival(marts: Marts) -> None:
    marts.build(answered(), whole(at=NOON + DAY))
    marts.build(feedback(1, "accepted", at=NOON))
    assert judgement(marts.interaction()) == EDITED
    marts.build(feedback(1, "accepted", at=NOON + 2 * DAY))
    assert judgement(marts.interaction()) == ("accepted", None, None, None)


def test_of_two_with_one_time_the_one_landed_later_wins(marts: Marts) -> None:
    marts.build(answered(), feedback(1, "accepted", at=NOON))
    marts.build(feedback(1, "rejected", at=NOON))
    assert marts.interaction()["user_feedback"] == "rejected"


def test_a_judgement_outlives_the_span_being_sent_again(marts: Marts) -> None:
    marts.build(answered(), whole())
    marts.build(span(1, attributes={"gen_ai.output.messages": messages(("assistant", "Fuß naß"))}))
    assert judgement(marts.interaction()) == ("modified", 80.0, "shorter", 2)


OTHERS: dict[str, tuple[Row, tuple[Any, ...]]] = {
    "the app's own count of edits holds": (
        whole(**{"spanmart.feedback.edit_distance": 12}),
        ("modified", 80.0, "shorter", 12),
    ),
    "the attribute names the call where the record does not": (
        feedback(1, spanmart__interaction__id=interaction_id(1)) | {"trace_id": None, "span_id": None},
        ("accepted", None, None, None),
    ),
    "a score off the scale is no score": (
        feedback(1, gen_ai__evaluation__score__value=101),
        ("accepted", None, None, None),
    ),
    "an unknown label is no feedback": (feedback(1, "meh"), NOTHING),
    "another event is no feedback": (feedback(1) | {"event_name": "something.else"}, NOTHING),
    "another evaluation is no feedback": (feedback(1, gen_ai__evaluation__name="toxicity"), NOTHING),
    "a judgement of no call is no feedback": (feedback(1) | {"trace_id": None, "span_id": None}, NOTHING),
}


def numbered(event: Row, number: int) -> Row:
    """The same event about another call."""
    changes = {
        "trace_id": event["trace_id"] and f"{number:032x}",
        "span_id": event["span_id"] and f"{number:016x}",
        "attributes": [
            (key, value.replace(interaction_id(1), interaction_id(number)))
            for key, value in event["attributes"]
        ],
    }
    return event | changes


@pytest.fixture(scope="module")
def others(module_marts: Marts) -> dict[str, Row]:
    numbers = {name: number for number, name in enumerate(OTHERS, start=1)}
    events = [numbered(OTHERS[name][0], number) for name, number in numbers.items()]
    module_marts.build(*events, *(answered(number) for number in numbers.values()))
    return {name: module_marts.interaction(number) for name, number in numbers.items()}


@pytest.mark.parametrize("rule", OTHERS)
def test_also(others: dict[str, Row], rule: str) -> None:
    assert judgement(others[rule]) == OTHERS[rule][1]


def test_without_an_answer_there_is_nothing_to_compare(marts: Marts) -> None:
    marts.build(span(1, attributes={"gen_ai.output.messages": None}), whole())
    assert marts.interaction()["edit_distance"] is None
