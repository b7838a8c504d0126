"""Metrics of very many calls: summed up by hours they are what they are call by call."""

from typing import Any

import pytest

from spanmart.warehouse import Interactions
from spanmart.warehouse.queries.summaries import hourly_metrics
from support.known_calls import CALLS

PERCENTILES = ("p50_processing_time_ms", "p95_processing_time_ms", "p99_processing_time_ms")

FILTERS: list[dict[str, str]] = [
    {},
    {"start_date": "2026-11-21"},
    {"end_date": "2026-11-20"},
    {"start_date": "2026-11-20T12:00:00.000001"},
    {"start_date": "2026-11-20T11:30:00", "end_date": "2026-11-21T02:30:00"},
    {"start_date": "2026-11-20T12:30:00", "end_date": "2026-11-20T12:40:00"},
    {"start_date": "2030-01-01"},
    {"end_date": "9999-12-31"},
    {"interaction_type": "outline_generation", "status": "success", "model": "gpt-4o-mini"},
    {"status": "failure", "end_date": "2026-11-20T13:00:00.000001"},
    {"model": "no-such-model"},
    {"user_id": "user-4"},
    {"user_feedback": "accepted", "start_date": "2026-11-20"},
    {"prompt_name": "outline"},
    {"q": "rate limit"},
]


def split(metrics: dict[str, Any]) -> tuple[Any, list[float | None]]:
    """The figures that must be equal, sorted, and the percentiles apart."""
    rows = [metrics, *metrics["by_type"], *metrics["by_status"], *metrics["by_model"]]
    percentiles = [row.pop(name) for row in rows for name in PERCENTILES]
    groups = {
        name: sorted((list(row.items()) for row in metrics.pop(name)), key=str)
        for name in ("by_type", "by_status", "by_model")
    }
    return flattened([metrics, groups]), percentiles


def flattened(value: Any) -> list[Any]:
    """All that is inside, numbers as what is nearly the same number."""
    if isinstance(value, dict):
        return flattened(list(value.items()))
    if isinstance(value, (list, tuple)):
        return [each for one in value for each in flattened(one)]
    return [pytest.approx(value)] if isinstance(value, float) else [value]


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_hours_tell_what_the_calls_tell(
    interactions: Interactions, monkeypatch: pytest.MonkeyPatch, filters: dict[str, str]
) -> None:
    figures, percentiles = split(interactions.get_metrics(filters))
    monkeypatch.setattr(hourly_metrics, "MANY_CALLS", 0)
    by_hours, percentiles_by_hours = split(interactions.get_metrics(filters))

    assert by_hours == figures
    assert [each is None for each in percentiles_by_hours] == [each is None for each in percentiles]


def test_percentiles_by_hours_are_within_one_per_cent_of_a_calls_time(
    interactions: Interactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hourly_metrics, "MANY_CALLS", 0)
    _, percentiles = split(interactions.get_metrics())
    for told in percentiles:
        assert told is not None
        assert any(abs(told / call.took_ms - 1) < 0.01 for call in CALLS), told


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_the_total_of_the_log_is_the_same_by_hours(
    interactions: Interactions, monkeypatch: pytest.MonkeyPatch, filters: dict[str, str]
) -> None:
    total = interactions.get_all(filters)["total"]
    monkeypatch.setattr(hourly_metrics, "MANY_CALLS", 0)
    assert interactions.get_all(filters)["total"] == total
