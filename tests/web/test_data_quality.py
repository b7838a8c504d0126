"""Which variables are missing and what users reject, by prompt version, told by whole days or by calls."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from spanmart.warehouse import Interactions
from support.calls import FORM, Call
from support.known_calls import unbuilt_marts
from support.marts import Marts

FIRST = datetime(2026, 11, 1, tzinfo=UTC)
PAGE = "/admin-dashboard?view=data-quality"


def call(number: int, day: int, version: str, **given: Any) -> Call:
    return Call(number, at=FIRST + timedelta(days=day), prompt_version=version, variables={**FORM, **given})


CALLS = [
    call(1, 0, "1", tone=""),
    call(2, 0, "1"),
    call(3, 1, "1", tone="", title=""),
    call(4, 3, "2", tone=""),
    call(5, 3, "2"),
    Call(6, at=FIRST, required=(), variables={}),
]


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marts]:
    with unbuilt_marts(tmp_path_factory.mktemp("gaps")) as marts:
        marts.land(*CALLS)
        marts.refresher.refresh()
        interactions = Interactions(marts.warehouse)
        interactions.submit_feedback(CALLS[0].id, "accepted", quality_score=90)
        interactions.submit_feedback(CALLS[1].id, "rejected", quality_score=10)
        interactions.submit_feedback(CALLS[3].id, "rejected")
        marts.refresher.refresh()
        yield marts


@pytest.fixture(scope="module")
def interactions(marts: Marts) -> Interactions:
    return Interactions(marts.warehouse)


def test_variables_come_by_how_often_they_were_not_given(interactions: Interactions) -> None:
    rows = interactions.count_unusable_variables()
    told = [(row["variable"], row["prompt_version"], row["unusable"], row["calls"]) for row in rows]
    assert told == [("tone", "1", 2, 3), ("title", "1", 1, 3), ("tone", "2", 1, 2)]
    tone = rows[0]
    assert (tone["missing"], tone["empty"], tone["invalid"]) == (0, 2, 0)
    assert tone["last_day"] == "2026-11-02"


def test_the_trend_is_the_rate_of_each_step_of_days(interactions: Interactions) -> None:
    tone_of_1, _, tone_of_2 = interactions.count_unusable_variables()
    assert tone_of_1["trend"] == [0.5, 1, None, None]
    assert tone_of_2["trend"] == [None, None, None, 0.5]


RANGES = [{}, {"start_date": "2026-11-02"}, {"end_date": "2026-11-01"}, {"prompt_version": "2"}]


@pytest.mark.parametrize("filters", RANGES, ids=str)
def test_days_tell_of_variables_what_the_calls_tell(
    interactions: Interactions, filters: dict[str, str]
) -> None:
    told = interactions.count_unusable_variables(filters)
    assert interactions.count_unusable_variables({**filters, "status": "success"}) == told


@pytest.mark.parametrize("filters", RANGES, ids=str)
def test_days_tell_of_verdicts_what_the_calls_tell(
    interactions: Interactions, filters: dict[str, str]
) -> None:
    told = interactions.compare_prompt_versions(filters)
    assert told
    assert interactions.compare_prompt_versions({**filters, "status": "success"}) == told


def test_a_part_of_a_day_is_counted_in_the_calls(interactions: Interactions) -> None:
    [tone, _] = interactions.count_unusable_variables(
        {"start_date": "2026-11-01T00:00:01", "prompt_version": "1"}
    )
    assert (tone["unusable"], tone["calls"]) == (1, 1)


def test_versions_come_by_how_often_users_reject_them(interactions: Interactions) -> None:
    worst, other = interactions.compare_prompt_versions()
    assert (worst["prompt_version"], worst["rejected"], worst["judged"], worst["rejected_rate"]) == (
        "2",
        1,
        1,
        1,
    )
    assert (other["accepted"], other["rejected"], other["average_quality_score"]) == (1, 1, 50)


def test_the_calls_without_one_variable_can_be_listed(interactions: Interactions) -> None:
    issues = interactions.get_data_quality_issues(variable="title")
    assert [item["interaction_id"] for item in issues["items"]] == [CALLS[2].id]
    assert issues["total"] == 1


def test_the_page_leads_from_a_variable_to_the_calls_without_it(marts: Marts) -> None:
    client = marts.app().test_client()
    assert "variable=title&amp;" in client.get(PAGE).get_data(as_text=True).replace("%26", "&")
    page = client.get(f"{PAGE}&variable=title").get_data(as_text=True)
    assert page.count('data-row="0') == 1
    assert f"/interactions/{CALLS[2].id}" in page
