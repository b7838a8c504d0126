"""Retention: what is too old leaves the ledger and the marts, or loses its texts and nothing else."""

import json
import random
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pyarrow as pa
import pytest

from spanmart.warehouse import Refresher
from spanmart.warehouse.maintenance.doctor import Severity, examine_databases
from spanmart.warehouse.maintenance.integrity import ledger_faults
from spanmart.warehouse.maintenance.retention import Retention, RetentionPolicy
from support.dialects import gen_ai
from support.marts import Marts
from support.otlp import recordings
from support.random_arrivals import some_feedback, some_message, some_span
from support.recorded_bodies import rows_of
from support.spans import Row, failed, feedback, interaction_id, log_event, messages, span

RECORDED = recordings() / "dialects"
DECLARED = {"spanmart.prompt.required_variables": ["title", "tone"], "gen_ai.prompt.variable.title": "Safety"}
SECRET = "the secret"
# Of the texts themselves; of what is made of them, all but whether there was any.
TEXTS = (
    "rendered_prompt", "system_instructions", "input_messages", "output_messages", "ai_response", "refusal",
    "structured_output", "error_details", "prompt_preview", "response_preview", "input_variables",
    "user_feedback_comment",
)  # fmt: skip


def apply(marts: Marts, keeps: RetentionPolicy, now: datetime) -> dict[str, int]:
    taken = Retention(marts.warehouse, keeps).apply(now)
    marts.refresher.refresh()
    with marts.warehouse.cursor() as cursor:
        assert ledger_faults(cursor) == []
    return taken


def landed_until(marts: Marts) -> datetime:
    [row] = marts.query(
        "select max(committed_at) + interval 1 microsecond as moment from landing.raw.batches"
    )
    return row["moment"]


def facts(marts: Marts) -> list[Row]:
    rows = marts.query(
        "select * from interactions join interaction_texts using (interaction_id) order by all"
    )
    moved = {*TEXTS, "ingest_seq"}
    return [{name: value for name, value in row.items() if name not in moved} for row in rows]


def test_old_rows_leave_the_ledger_and_every_mart(marts: Marts) -> None:
    marts.build(span(1, attributes=DECLARED), failed(2), feedback(1))
    now = landed_until(marts)
    marts.build(span(3, attributes=DECLARED), failed(4))

    assert apply(marts, RetentionPolicy(days=1), now + timedelta(days=1)) == {"rows": 3, "texts": 0}

    assert marts.query("select count(*) as rows from landing.raw.log_events") == [{"rows": 0}]
    left = {interaction_id(3), interaction_id(4)}
    for table in ("interactions", "interaction_texts"):
        assert {row["interaction_id"] for row in marts.query(f"select interaction_id from {table}")} == left
    assert marts.query("select interaction_id from failures") == [{"interaction_id": interaction_id(4)}]
    assert marts.query("select interaction_id from missing_variables") == [
        {"interaction_id": interaction_id(3)}
    ]
    assert marts.query("select sum(interactions)::int as calls from costs_daily") == [{"calls": 2}]


def test_what_is_young_enough_stays(marts: Marts) -> None:
    marts.build(span(1))
    assert apply(marts, RetentionPolicy(days=1, text_days=1), landed_until(marts)) == {"rows": 0, "texts": 0}
    assert marts.interaction(1)["ai_response"] == "Hello!"


def test_old_texts_go_from_the_ledger_and_the_marts_and_nothing_else(marts: Marts) -> None:
    said = messages(("user", SECRET))
    attributes = {"gen_ai.input.messages": said, "gen_ai.prompt.variable.title": SECRET, **DECLARED}
    marts.build(
        span(1, attributes=attributes),
        failed(2, attributes=attributes),
        feedback(
            1, "modified", gen_ai__evaluation__explanation=SECRET, spanmart__feedback__final_text=f"{SECRET}!"
        ),
    )
    before = facts(marts)

    assert apply(marts, RetentionPolicy(text_days=1), landed_until(marts) + timedelta(days=1)) == {
        "rows": 0,
        "texts": 3,
    }

    assert facts(marts) == before
    assert marts.interaction(1)["edit_distance"] is not None
    assert SECRET not in repr(marts.contents())
    for table in ("spans", "log_events"):
        assert SECRET not in repr(marts.query(f"select * from landing.raw.{table}"))


def test_a_removal_that_could_not_be_done_is_told_until_it_could(
    marts: Marts, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    marts.build(span(1))
    tried = threading.Event()
    retention = Retention(marts.warehouse, RetentionPolicy(text_days=1))

    def fail(*_: object) -> None:
        tried.set()
        raise pa.ArrowInvalid("no such text")

    monkeypatch.setattr(retention, "_take_texts", fail)
    retention.start()
    assert tried.wait(60)
    retention.stop()

    assert "no such text" in caplog.text
    assert Refresher(marts.warehouse).status.retention_error == "no such text"
    with marts.warehouse.cursor() as cursor:
        found = {each.check: each for each in examine_databases(cursor, marts.warehouse.folder, {"landing"})}
    assert found["retention"].severity is Severity.PROBLEM
    assert "no such text" in found["retention"].found

    mended = Retention(marts.warehouse, RetentionPolicy(text_days=1))
    mended.start()
    mended.stop()
    assert Refresher(marts.warehouse).status.retention_error is None


def test_texts_go_whatever_lies_beside_them(marts: Marts) -> None:
    odd = [r'[{"parts":[{"content":"\ud83e"}]}]', '[{"parts":' * 450 + "1" + "}]" * 450, "[" * 100_000]
    marts.build(
        *(
            span(number, attributes={"gen_ai.input.messages": text})
            for number, text in enumerate(odd, start=2)
        ),
        span(1, attributes={"gen_ai.input.messages": messages(("user", SECRET))}),
        feedback(1, gen_ai__evaluation__score__value=80),
    )
    before = facts(marts)

    apply(marts, RetentionPolicy(text_days=1), landed_until(marts) + timedelta(days=1))

    assert facts(marts) == before
    assert marts.interaction(1)["quality_score"] == 80
    assert SECRET not in repr(marts.contents())
    assert SECRET not in repr(marts.query("select * from landing.raw.spans"))


@pytest.mark.skipif(not RECORDED.is_dir(), reason=f"there are no recordings at {RECORDED}")
def test_whoever_instrumented_a_call_only_its_texts_go(marts: Marts) -> None:
    for folder in sorted(RECORDED.iterdir()):
        marts.land(*(row for body in sorted(folder.glob("*.pb")) for row in rows_of(body)))
    marts.refresher.refresh()
    before = facts(marts)

    apply(marts, RetentionPolicy(text_days=1), landed_until(marts) + timedelta(days=1))

    after = facts(marts)
    assert len(before) > 100
    assert [row for row in before if row not in after] == []
    assert len(after) == len(before)
    said = marts.query("select ai_response from interaction_texts where ai_response is not null")
    assert {row["ai_response"] for row in said} <= {"[removed]", "{}", "[]"}


def test_feedback_loses_its_texts_with_its_call(marts: Marts) -> None:
    marts.build(span(1))
    now = landed_until(marts)
    marts.build(feedback(1, "modified", spanmart__feedback__final_text=SECRET))
    distance = marts.interaction(1)["edit_distance"]

    apply(marts, RetentionPolicy(text_days=1), now + timedelta(days=1))

    assert distance
    assert marts.interaction(1)["edit_distance"] == distance
    assert SECRET not in repr(marts.query("select * from landing.raw.log_events"))


def test_texts_are_taken_once(marts: Marts) -> None:
    marts.build(span(1))
    now = landed_until(marts) + timedelta(days=1)
    apply(marts, RetentionPolicy(text_days=1), now)
    assert apply(marts, RetentionPolicy(text_days=1), now + timedelta(days=1)) == {"rows": 0, "texts": 0}


def test_texts_that_the_marts_have_not_read_yet_stay(marts: Marts) -> None:
    marts.land(span(1))
    assert apply(marts, RetentionPolicy(text_days=1), landed_until(marts) + timedelta(days=1))["texts"] == 0


def test_a_copy_that_lost_its_texts_is_no_news_beside_one_that_landed_since(marts: Marts) -> None:
    marts.build(span(1))
    now = landed_until(marts)
    marts.build(span(1, attributes={"gen_ai.output.messages": messages(("assistant", "Sent again"))}))

    apply(marts, RetentionPolicy(text_days=1), now + timedelta(days=1))

    assert marts.interaction(1)["ai_response"] == "Sent again"


def test_messages_that_are_gone_are_gone_from_a_call_that_stays(marts: Marts) -> None:
    marts.build(log_event(1, "gen_ai.user.message", json.dumps({"content": SECRET})))
    now = landed_until(marts)
    marts.build(gen_ai(1, attributes={"gen_ai.input.messages": None}))
    assert marts.interaction(1)["rendered_prompt"] == SECRET

    apply(marts, RetentionPolicy(days=1), now + timedelta(days=1))

    assert marts.interaction(1)["rendered_prompt"] is None


def test_a_call_within_one_that_is_gone_counts(marts: Marts) -> None:
    marts.build(span(1))
    now = landed_until(marts)
    inner = gen_ai(2, attributes={"gen_ai.response.id": None})
    marts.build(inner | {"trace_id": span(1)["trace_id"], "parent_span_id": span(1)["span_id"]})
    assert [row["span_id"] for row in marts.query("select span_id from interactions")] == [span(1)["span_id"]]

    apply(marts, RetentionPolicy(days=1), now + timedelta(days=1))

    assert [row["span_id"] for row in marts.query("select span_id from interactions")] == [inner["span_id"]]


def test_room_is_used_again(marts: Marts) -> None:
    """The file grows no more where as much goes as comes."""

    def a_day() -> None:
        for number in range(6):
            noise = random.Random(number).randbytes(2_000).hex()
            marts.land(*(span(2_000 * number + one, attributes={"noise": noise}) for one in range(500)))

    a_day()
    now = landed_until(marts)
    marts.refresher.refresh()
    size = marts.warehouse.landing_path.stat().st_size
    for _ in range(3):
        assert apply(marts, RetentionPolicy(days=1), now + timedelta(days=1))["rows"] > 0
        a_day()
        now = landed_until(marts)
    marts.refresher.refresh()
    assert marts.warehouse.landing_path.stat().st_size < 2 * size


@pytest.mark.parametrize("seed", range(3))
def test_refreshed_or_anew_the_marts_are_equal(open_marts: Callable[..., Marts], seed: int) -> None:
    dice, words = random.Random(seed), random.Random(seed)
    marts = open_marts(rows_per_refresh=dice.choice([6, 1000]))
    moments: list[datetime] = []
    for round_ in range(1, 6):
        # Copies of a span land together; feedback may come as late as it likes.
        marts.land(*(some_span(dice, 12, first=12 * round_) for _ in range(5)))
        marts.land(*(some_feedback(dice, 12 * round_ + 12) for _ in range(3 + 2 * round_)))
        marts.land(*(some_message(words, 12 * round_ + 24) for _ in range(3 + 2 * round_)))
        moments.append(landed_until(marts))
        if dice.random() < 0.8:
            marts.refresher.refresh()
        keeps = dice.choice([RetentionPolicy(), RetentionPolicy(text_days=1), RetentionPolicy(days=1)])
        apply(marts, keeps, dice.choice(moments) + timedelta(days=1))
    stepwise = marts.contents()

    marts.refresher.refresh(full=True)

    assert marts.contents() == stepwise
