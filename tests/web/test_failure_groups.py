"""Kinds of error: counted among the calls that fit, dated over all time. On marts of its own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from spanmart.warehouse import Interactions
from spanmart.warehouse.queries.summaries import failure_groups
from support.calls import Call
from support.known_calls import unbuilt_marts
from support.marts import Marts

FIRST = datetime(2026, 11, 1, tzinfo=UTC)


def failed(number: int, day: int, error: str, message: str, **of_call: Any) -> Call:
    at = FIRST + timedelta(days=day)
    return Call(number, at=at, answer=None, error=(error, message, 429), **of_call)


CALLS = [
    failed(1, 0, "RateLimitError", "Limit 200 reached.", user_id="ada"),
    failed(2, 9, "RateLimitError", "Limit 300 reached.", user_id="bob", prompt_version="2"),
    failed(3, 9, "RateLimitError", "Limit 300 reached.", user_id="bob", model="gpt-4o"),
    failed(4, 10, "APITimeoutError", "Request timed out.", prompt_name=None, context={"category": "people"}),
    Call(5, at=FIRST + timedelta(days=11)),
]


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marts]:
    with unbuilt_marts(tmp_path_factory.mktemp("failing")) as marts:
        marts.land(*CALLS)
        marts.refresher.refresh()
        yield marts


@pytest.fixture(scope="module")
def interactions(marts: Marts) -> Interactions:
    return Interactions(marts.warehouse)


def test_groups_come_by_frequency_with_what_they_hit(interactions: Interactions) -> None:
    limits, timeouts = interactions.get_failure_groups()
    assert (limits["failures"], limits["share"], limits["users"], limits["groups"]) == (3, 0.75, 2, 2)
    assert limits["models"] == ["gpt-4o", "gpt-4o-mini"]
    assert [prompt["prompt_version"] for prompt in limits["prompt_versions"]] == ["2", "3"]
    assert limits["is_regressed"]
    assert (timeouts["error_type"], timeouts["is_regressed"]) == ("openai.APITimeoutError", False)
    assert timeouts["prompt_versions"] == []


def test_filters_choose_the_failures_and_not_when_the_error_was_first_seen(
    interactions: Interactions,
) -> None:
    [limits] = interactions.get_failure_groups({"user_id": "bob"})
    assert (limits["failures"], limits["first_seen_at"]) == (2, FIRST.replace(tzinfo=None))


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"start_date": "2026-11-02", "end_date": "2026-11-10"},
        {"prompt_version": "2"},
        {"status": "success"},
        {"model": "gpt-4o", "interaction_type": "outline_generation", "session_id": "workshop-7"},
    ],
    ids=str,
)
def test_the_mart_of_failures_tells_what_the_calls_tell(
    interactions: Interactions, monkeypatch: pytest.MonkeyPatch, filters: dict[str, str]
) -> None:
    told = interactions.get_failure_groups(filters)
    monkeypatch.setattr(failure_groups, "OF_FAILURES", frozenset())
    assert interactions.get_failure_groups({**filters, "user_feedback": "no_feedback"}) == told


def test_a_filter_that_failures_do_not_have_is_asked_of_the_calls(interactions: Interactions) -> None:
    [timeouts] = interactions.get_failure_groups({"category": "people"})
    assert timeouts["error_type"] == "openai.APITimeoutError"
    assert interactions.get_failure_groups({"q": "nowhere to be found"}) == []


def test_the_trend_has_every_failure_in_its_step_of_the_range(interactions: Interactions) -> None:
    limits, timeouts = interactions.get_failure_groups({"start_date": "2026-11-01", "end_date": "2026-11-12"})
    assert [(step, calls) for step, calls in enumerate(limits["trend"]) if calls] == [(0, 1), (19, 2)]
    assert [(step, calls) for step, calls in enumerate(timeouts["trend"]) if calls] == [(21, 1)]


def test_the_page_shows_the_groups_above_the_newest_failures(marts: Marts) -> None:
    page = marts.app().test_client().get("/admin-dashboard?view=failures").get_data(as_text=True)
    groups, newest = page.split("Newest first")
    assert "regressed" in groups
    assert newest.count("Stack trace") == 4


def test_a_long_trace_and_prompt_are_shown_in_part(marts: Marts) -> None:
    long = failed(6, 12, "BadRequestError", "m" * 5_000, prompt="p" * 100_000)
    marts.land(long)
    marts.refresher.refresh()
    page = marts.app().test_client().get("/admin-dashboard?view=failures").get_data(as_text=True)
    assert "the whole prompt" in page
    assert "the whole trace" in page
    assert len(page) < 100_000
