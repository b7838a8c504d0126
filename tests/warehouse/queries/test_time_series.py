"""What charts are drawn from: steps of time in the reader's zone, and how calls are distributed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from spanmart.warehouse import Interactions
from spanmart.warehouse.queries.summaries import hourly_metrics
from spanmart.warehouse.queries.summaries.time_series import MOST_STEPS, steps_of
from support.calls import Call
from support.known_calls import CALLS, NOON, RATE_LIMITED, unbuilt_marts
from support.marts import Marts

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 10, 20, 13, 37)


@pytest.mark.parametrize(
    ("span", "step"),
    [
        (timedelta(minutes=5), timedelta(minutes=1)),
        (timedelta(hours=20), timedelta(hours=1)),
        (timedelta(days=4), timedelta(hours=4)),
        (timedelta(days=30), timedelta(days=1)),
        (timedelta(days=90), timedelta(days=7)),
        (timedelta(days=700), timedelta(days=28)),
        (timedelta(days=9000), timedelta(days=364)),
    ],
)
def test_a_chart_has_few_steps_without_holes(span: timedelta, step: timedelta) -> None:
    steps = steps_of(START, START + span, UTC)
    assert steps.starts[0] <= START < steps.starts[1]
    assert steps.starts[-1] <= START + span < steps.end
    assert {after - before for before, after in pairwise(steps.starts)} == {step}
    assert len(steps.starts) <= MOST_STEPS + 1


def test_days_begin_at_midnight_in_the_zone_also_when_clocks_change() -> None:
    steps = steps_of(datetime(2026, 10, 20), datetime(2026, 10, 28), BERLIN)
    local = [start.replace(tzinfo=UTC).astimezone(BERLIN) for start in steps.starts]
    assert {start.time() for start in local} == {datetime.min.time()}
    assert timedelta(hours=25) in {after - before for before, after in pairwise(steps.starts)}
    assert steps_of(datetime(2026, 10, 1), datetime(2026, 10, 9), ZoneInfo("Asia/Kolkata")).unit_s == 1800


@pytest.fixture(params=["calls", "hours"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Read call by call, and summed up by hours."""
    if request.param == "hours":
        monkeypatch.setattr(hourly_metrics, "MANY_CALLS", 0)
    return str(request.param)


@pytest.mark.parametrize("zone", [UTC, BERLIN])
@pytest.mark.parametrize("filters", [{}, {"status": "success"}, {"start_date": "2026-11-20T23:30:00"}])
def test_steps_add_up_to_the_metrics(
    interactions: Interactions, either: str, zone: Any, filters: dict[str, str]
) -> None:
    steps, metrics = interactions.get_over_time(filters, zone), interactions.get_metrics(filters)
    for status in ("success", "partial", "failure"):
        assert sum(step[status] for step in steps) == metrics[f"{status}_count"]
    assert sum(step["calls"] for step in steps) == metrics["total_interactions"]
    assert sum(step["input_tokens"] or 0 for step in steps) == metrics["total_input_tokens"]
    assert sum(step["cost_usd"] or 0 for step in steps) == pytest.approx(metrics["total_cost_usd"])
    assert all(before["end_time"] == after["start_time"] for before, after in pairwise(steps))


def test_a_steps_percentiles_are_those_of_its_calls(interactions: Interactions, either: str) -> None:
    [step] = [step for step in interactions.get_over_time() if step["failure"]]
    alone = interactions.get_over_time({"status": "failure"})
    [only] = [each for each in alone if each["calls"]]
    assert only["p50_ms"] == pytest.approx(RATE_LIMITED.took_ms, rel=0.01)
    assert step["start_time"] <= RATE_LIMITED.at < step["end_time"]
    assert all(each["p50_ms"] is None for each in alone if not each["calls"])


def test_no_calls_make_no_steps(interactions: Interactions) -> None:
    assert interactions.get_over_time({"start_date": "2030-01-01"}) == []


def test_each_call_is_in_one_part_of_the_distribution(interactions: Interactions, either: str) -> None:
    times = interactions.get_distributions()["processing_times"]
    assert sum(row["calls"] for row in times) == len(CALLS)
    [failure] = [row for row in times if row["status"] == "failure"]
    assert failure["from_ms"] <= RATE_LIMITED.took_ms < failure["to_ms"]


def test_scores_are_counted_by_tens(interactions: Interactions) -> None:
    scores = interactions.get_distributions()["quality_scores"]
    assert [(row["bin"], row["calls"]) for row in scores] == [(4, 1), (9, 1)]


def test_totals_are_the_metrics_without_their_groups(interactions: Interactions, either: str) -> None:
    totals, metrics = interactions.get_totals(), interactions.get_metrics()
    assert totals == {name: value for name, value in metrics.items() if not name.startswith("by_")}


@pytest.fixture
def set_apart(tmp_path: Path) -> Iterator[Marts]:
    """Twenty calls of two days, and four that clocks have set far from them."""
    near = [Call(1 + number, at=NOON + number * timedelta(hours=2)) for number in range(20)]
    far = [Call(100 + year, at=datetime(year, 7, 1, tzinfo=UTC)) for year in (2000, 2001, 2003, 2005)]
    with unbuilt_marts(tmp_path) as marts:
        marts.land(*near, *far)
        marts.refresher.refresh()
        yield marts


@pytest.mark.parametrize("zone", [UTC, BERLIN])
def test_a_clock_that_was_never_set_bends_no_axis(set_apart: Marts, either: str, zone: Any) -> None:
    asked = Interactions(set_apart.warehouse)
    steps = asked.get_over_time({}, zone)
    assert len(steps) <= MOST_STEPS + 1
    assert steps[-1]["end_time"] - steps[0]["start_time"] < timedelta(days=3)
    assert sum(step["calls"] for step in steps) == 20
    assert asked.get_metrics({})["total_interactions"] == 24
    [alone] = asked.get_over_time({"end_date": "2000-12-31"}, zone)
    assert alone["calls"] == 1


def test_calls_of_centuries_are_few_steps() -> None:
    first, last = datetime(1900, 1, 1), datetime(2299, 12, 31)
    steps = steps_of(first, last, BERLIN)
    assert steps.starts[0] <= first
    assert steps.starts[-1] <= last < steps.end
    assert len(steps.starts) <= MOST_STEPS + 1
