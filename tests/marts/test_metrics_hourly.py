"""Hours of calls: sums that can be summed again, percentiles of many hours, feedback whenever it comes."""

import random
import re
from pathlib import Path

from support.marts import Marts
from support.spans import NANOSECONDS, NOON, failed, feedback, span

HOUR = 3600 * NANOSECONDS
DOCS = (Path(__file__).parents[2] / "docs" / "marts.md").read_text()


def test_a_percentile_of_many_hours_is_off_by_one_per_cent_at_most(marts: Marts) -> None:
    dice = random.Random(0)
    took = [int(dice.lognormvariate(0, 2) * NANOSECONDS) for _ in range(400)]
    starts = [NOON + dice.randrange(48) * HOUR for _ in took]
    marts.build(
        *(
            span(number, start=start, end_time_unix_nano=start + ns)
            for number, (start, ns) in enumerate(zip(starts, took, strict=True))
        )
    )
    [statement] = re.findall(r"```sql\n(with steps.*?)```", DOCS, re.DOTALL)
    [told] = marts.query(statement)
    [exact] = marts.query("select quantile_disc(processing_time_ms, 0.95) as p95_ms from interactions")
    assert abs(told["p95_ms"] / exact["p95_ms"] - 1) < 0.01


def test_feedback_on_a_call_of_before_is_in_its_hour(marts: Marts) -> None:
    marts.build(span(1), span(2), failed(3), span(4, start=NOON + HOUR))
    marts.build(feedback(2, "modified", **{"gen_ai.evaluation.score.value": 80}), feedback(4, "rejected"))
    marts.build(feedback(1, "accepted", **{"gen_ai.evaluation.score.value": 20.5}))
    rows = marts.query(
        "select status, accepted, rejected, modified, no_feedback, quality_score_sum::double as scores"
        " from metrics_hourly order by hour, status"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("failure", 0, 0, 0, 1, None),
        ("success", 1, 0, 1, 0, 100.5),
        ("success", 0, 1, 0, 0, None),
    ]


def test_feedback_finds_its_row_by_the_model_asked_for_too(marts: Marts) -> None:
    snapshot = {"gen_ai.request.model": "gpt-4o-mini-2024-07-18"}
    marts.build(span(1), span(2, attributes=snapshot), span(3, attributes={"gen_ai.request.model": None}))
    marts.build(feedback(2, "rejected"), feedback(3, "modified"))
    rows = marts.query(
        "select request_model, interactions, rejected, modified, no_feedback from metrics_hourly"
        " where model_used = 'gpt-4o-mini-2024-07-18' order by request_model"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("gpt-4o-mini", 1, 0, 0, 1),
        ("gpt-4o-mini-2024-07-18", 1, 1, 0, 0),
        (None, 1, 0, 1, 0),
    ]
