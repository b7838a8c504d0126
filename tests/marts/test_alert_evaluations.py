"""What alert rules are evaluated on: each hour's measures beside what is usual for them."""

import time

import pytest

from support.marts import Marts
from support.spans import NANOSECONDS, NOON, Row, failed, span

HOUR = 3600 * NANOSECONDS
# Less than a day, as far as a clock may go ahead.
FUTURE = time.time_ns() + 12 * HOUR


def evaluations(marts: Marts, measure: str) -> list[Row]:
    return marts.query("select * from alert_evaluations where measure = ? order by hour", measure)


@pytest.fixture(scope="module")
def hours(module_marts: Marts) -> Marts:
    """In 30 hours: three calls, none for 27 hours, one that fails, and two of which one fails."""
    module_marts.build(
        *(span(number) for number in (1, 2, 3)),
        failed(4, start=NOON + 28 * HOUR),
        span(5, start=NOON + 29 * HOUR),
        failed(6, start=NOON + 29 * HOUR),
        span(7, start=FUTURE),
    )
    return module_marts


def test_every_hour_from_the_first_call_to_the_newest_has_a_row(hours: Marts) -> None:
    assert [row["value"] for row in evaluations(hours, "interactions")] == [3, *[0] * 27, 1, 2]


def test_what_is_usual_is_told_by_the_hours_before_alone(hours: Marts) -> None:
    newest = evaluations(hours, "interactions")[-1]
    assert (newest["hours_24h"], newest["mean_24h"]) == (24, pytest.approx(1 / 24))
    assert (newest["hours_7d"], newest["mean_7d"]) == (29, pytest.approx(4 / 29))
    assert newest["stddev_24h"] == pytest.approx((1 / 24) ** 0.5)


def test_hours_without_calls_have_no_rates(hours: Marts) -> None:
    *_, before, newest = evaluations(hours, "failure_rate")
    assert (before["value"], newest["value"]) == (1, 0.5)
    assert (before["hours_24h"], before["mean_24h"], before["stddev_24h"]) == (0, None, None)
    assert (newest["hours_7d"], newest["mean_7d"]) == (2, 0.5)


def test_only_the_newest_seven_days_are_evaluated_and_older_ones_compared_with(marts: Marts) -> None:
    marts.build(span(1), span(2, start=NOON + 312 * HOUR))
    rows = evaluations(marts, "interactions")
    assert (len(rows), rows[0]["hours_7d"]) == (168, 313 - 168)
