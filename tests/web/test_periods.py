"""Spans of time on the pages: presets, time zones, and what a span is compared with."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from spanmart.web.dashboard.links import Links
from spanmart.web.dashboard.periods import comparison, presets
from spanmart.web.dashboard.query import DashboardQuery
from spanmart.web.dashboard.time_zones import zone_of

DASHBOARD = "/admin-dashboard?tab=ai-insights"
NOW = datetime(2026, 11, 26, 18, 30, tzinfo=UTC)


def spans(time_zone: str) -> dict[str, tuple[str | None, str | None]]:
    return {
        name: (preset.start_date, preset.end_date)
        for name, preset in presets(NOW, zone_of(time_zone)).items()
    }


def test_presets_are_whole_days_of_the_readers_zone() -> None:
    assert spans("UTC") == {
        "Today": ("2026-11-26", None),
        "Yesterday": ("2026-11-25", "2026-11-25"),
        "Last 24 h": ("2026-11-25T18:00:00Z", None),
        "7 days": ("2026-11-20", None),
        "Last week": ("2026-11-16", "2026-11-22"),
        "30 days": ("2026-10-28", None),
        "90 days": ("2026-08-29", None),
        "This month": ("2026-11-01", None),
        "All time": (None, None),
    }
    assert spans("Asia/Tokyo")["Today"] == ("2026-11-27", None)


@pytest.mark.parametrize(
    ("given", "start", "end"),
    [
        ({"start_date": "2026-07-01"}, datetime(2026, 6, 30, 22), None),
        ({"start_date": "2026-11-01"}, datetime(2026, 10, 31, 23), None),
        ({"end_date": "2026-11-01"}, None, datetime(2026, 11, 1, 23)),
        # A day on which clocks are set back has 25 hours.
        (
            {"start_date": "2026-10-25", "end_date": "2026-10-25"},
            datetime(2026, 10, 24, 22),
            datetime(2026, 10, 25, 23),
        ),
        ({"start_date": "2026-11-01T12:00"}, datetime(2026, 11, 1, 11), None),
        ({"start_date": "2026-11-01T12:00Z"}, datetime(2026, 11, 1, 12), None),
        ({"end_date": "9999-12-31"}, None, datetime.max),
    ],
)
def test_dates_are_meant_in_the_time_zone(
    given: dict[str, str], start: datetime | None, end: datetime | None
) -> None:
    query = DashboardQuery.model_validate({**given, "time_zone": "Europe/Berlin"})
    assert (query.start_date, query.end_date) == (start, end)


@pytest.mark.parametrize(
    ("given", "start", "end"),
    [
        # Today until now: yesterday until the same time.
        ({"start_date": "2026-11-26"}, "2026-11-25T00:00", "2026-11-25T18:30"),
        ({"start_date": "2026-11-20"}, "2026-11-13T00:00", "2026-11-19T18:30"),
        ({"start_date": "2026-11-25", "end_date": "2026-11-25"}, "2026-11-24T00:00", "2026-11-25T00:00"),
        (
            {"start_date": "2026-11-25", "end_date": "2026-11-25", "compare": "week"},
            "2026-11-18T00:00",
            "2026-11-19T00:00",
        ),
        ({"start_date": "2026-11-25T18:00"}, "2026-11-24T17:30", "2026-11-25T18:00"),
        # What has not come yet is compared with nothing.
        ({"start_date": "2026-11-26", "end_date": "2026-12-31"}, "2026-11-25T00:00", "2026-11-25T18:30"),
        ({"start_date": "2026-12-01"}, None, None),
        ({"start_date": "2026-11-26", "compare": "none"}, None, None),
        ({"end_date": "2026-11-26"}, None, None),
        ({"start_date": "0001-01-01"}, None, None),
        ({}, None, None),
    ],
)
def test_a_span_is_compared_with_the_one_before(
    given: dict[str, str], start: str | None, end: str | None
) -> None:
    query = DashboardQuery.model_validate({**given, "status": "failure"})
    found = comparison(query, NOW)
    if start is None or end is None:
        assert found is None
        return
    assert found is not None
    assert (found.filters.start_date, found.filters.end_date) == (
        datetime.fromisoformat(start),
        datetime.fromisoformat(end),
    )
    assert found.filters.status == "failure"


def test_midnight_stays_midnight_across_a_change_of_clocks() -> None:
    query = DashboardQuery.model_validate(
        {"start_date": "2026-10-26", "end_date": "2026-10-27", "time_zone": "Europe/Berlin"}
    )
    found = comparison(query, NOW)
    assert found is not None
    assert found.filters.start_date == datetime(2026, 10, 23, 22)
    assert found.end - found.start == timedelta(days=2)


@pytest.mark.parametrize(
    ("first", "last", "compare", "before"),
    [
        ("2026-10-25", "2026-10-25", "previous", ("2026-10-24", "2026-10-25")),
        ("2026-10-19", "2026-10-25", "previous", ("2026-10-12", "2026-10-19")),
        ("2026-10-01", "2026-10-31", "previous", ("2026-09-01", "2026-10-01")),
        ("2026-01-01", "2026-03-31", "previous", ("2025-10-01", "2026-01-01")),
        ("2026-03-29", "2026-03-29", "previous", ("2026-03-28", "2026-03-29")),
        ("2026-10-25", "2026-10-25", "week", ("2026-10-18", "2026-10-19")),
        ("2026-10-19", "2026-10-25", "week", ("2026-10-12", "2026-10-19")),
    ],
)
def test_a_day_a_week_and_a_month_are_compared_with_the_local_one_before(
    first: str, last: str, compare: str, before: tuple[str, str]
) -> None:
    query = DashboardQuery.model_validate(
        {"start_date": first, "end_date": last, "compare": compare, "time_zone": "Europe/Berlin"}
    )
    found = comparison(query, NOW)
    assert found is not None
    assert (found.start.isoformat()[:16], found.end.isoformat()[:16]) == tuple(
        f"{day}T00:00" for day in before
    )


def test_hours_across_a_change_of_clocks_are_compared_with_as_many_before() -> None:
    query = DashboardQuery.model_validate(
        {"start_date": "2026-10-25T01:00", "end_date": "2026-10-25T04:00", "time_zone": "Europe/Berlin"}
    )
    found = comparison(query, NOW)
    assert found is not None
    assert found.filters.start_date == datetime(2026, 10, 24, 19)
    assert found.filters.end_date == query.start_date


def test_zone_and_comparison_go_along_in_every_link() -> None:
    given: dict[str, Any] = {"time_zone": "Asia/Tokyo", "compare": "none", "start_date": "2026-11-26"}
    link = Links("metrics", given)
    assert "time_zone=Asia%2FTokyo&compare=none" in link.to("log")
    assert "time_zone=Asia%2FTokyo" in link.clear()
    # The API has no zone: it gets moments.
    assert link.export("csv").endswith("?format=csv&start_date=2026-11-25T15%3A00%3A00Z")


def test_an_unknown_time_zone_is_refused_by_name(client: FlaskClient) -> None:
    answer = client.get(f"{DASHBOARD}&start_date=2026-11-01&time_zone=Mars/Olympus")
    assert answer.status_code == 400
    assert "time_zone: &#39;Mars/Olympus&#39; is not a time zone" in answer.get_data(as_text=True)
