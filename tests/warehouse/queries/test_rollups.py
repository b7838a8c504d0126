"""Costs, prompt versions and users: from days summed up they are what they are call by call."""

from collections.abc import Callable
from datetime import date
from typing import Any, NoReturn, get_args

import pytest

from spanmart.client import interactions as client
from spanmart.warehouse import Interactions
from spanmart.warehouse.dbt.paths import dbt_project_dir
from spanmart.warehouse.queries import pagination, rollups
from spanmart.warehouse.queries.filters import list_filters_on
from spanmart.warehouse.queries.lists import users
from spanmart.warehouse.queries.rollups import calls_of
from spanmart.warehouse.queries.summaries import costs, data_quality, hourly_metrics, prompt_versions
from spanmart.web.dashboard.query import DashboardQuery
from support.known_calls import CALLS, CUT_OFF, FORMULA, OUTLINE, RATE_LIMITED, TONELESS, UNPRICED
from support.marts import Marts

FILTERS: list[dict[str, str]] = [
    {},
    {"start_date": "2026-11-21"},
    {"end_date": "2026-11-20"},
    {"start_date": "2026-11-20", "end_date": "2026-11-20"},
    {"start_date": "2026-11-20T12:00:00.000001"},
    {"start_date": "2026-11-20T12:30:00", "end_date": "2026-11-21T02:30:00"},
    {"start_date": "2026-11-20T12:30:00", "end_date": "2026-11-22T00:00:00.000001"},
    {"start_date": "2030-01-01"},
    {"end_date": "9999-12-31"},
    {"user_id": "user-3"},
    {"interaction_type": "outline_generation", "start_date": "2026-11-20T13:00"},
    {"prompt_name": "outline", "prompt_version": "2"},
    {"model": "acme-7b"},
    {"model": "acme-7b", "user_id": "user-3"},
    {"status": "partial"},
    {"q": "rate limit"},
]
ASK: dict[str, Callable[[Interactions, Any], Any]] = {
    "COSTS_DAILY": lambda interactions, filters: interactions.get_costs(filters),
    "QUALITY_DAILY": lambda interactions, filters: interactions.get_prompt_versions(filters),
    "USERS_DAILY": lambda interactions, filters: interactions.get_users(filters),
}
HOMES = {"COSTS_DAILY": costs, "QUALITY_DAILY": prompt_versions, "USERS_DAILY": users}


@pytest.mark.parametrize(
    "rollup",
    [
        costs.COSTS_DAILY,
        costs.MODEL_COSTS_DAILY,
        costs.USERS_DAILY,
        data_quality.DATA_QUALITY_DAILY,
        hourly_metrics.METRICS_HOURLY,
        prompt_versions.QUALITY_DAILY,
    ],
    ids=lambda rollup: rollup.name,
)
def test_a_rollup_can_be_filtered_by_whatever_its_mart_has(marts: Marts, rollup: rollups.Rollup) -> None:
    found = marts.query("select column_name from duckdb_columns() where table_name = ?", rollup.name)
    assert rollup.filters == list_filters_on({row["column_name"] for row in found})


def test_histograms_have_the_steps_that_dbt_makes() -> None:
    [macro] = dbt_project_dir().rglob("measures.sql")
    assert f"macro processing_time_step() -%}} {hourly_metrics.STEP} {{%- endmacro" in macro.read_text()


def test_lists_are_sorted_by_the_same_in_the_warehouse_and_in_the_client() -> None:
    keys = {sign + column for column in pagination.SORTABLE for sign in ("", "-")}
    assert set(get_args(pagination.SortKey)) == set(get_args(client.Sort)) == keys


def rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: rounded(each) for name, each in value.items()}
    if isinstance(value, list):
        return [rounded(each) for each in value]
    return round(value, 12) if isinstance(value, float) else value


@pytest.mark.parametrize("filters", FILTERS, ids=str)
@pytest.mark.parametrize("mart", ASK)
def test_days_tell_what_the_calls_tell(
    interactions: Interactions, monkeypatch: pytest.MonkeyPatch, mart: str, filters: dict[str, str]
) -> None:
    by_days = ASK[mart](interactions, filters)
    monkeypatch.setattr(HOMES[mart], "rows_of", calls_of)
    by_calls = ASK[mart](interactions, filters)
    assert rounded(by_days) == rounded(by_calls)


@pytest.mark.parametrize("mart", ASK)
def test_a_page_asks_the_days(interactions: Interactions, monkeypatch: pytest.MonkeyPatch, mart: str) -> None:
    """Its query says more than what to filter by."""

    def refuse(*_: object) -> NoReturn:
        raise AssertionError("asked call by call")

    monkeypatch.setattr(rollups, "calls_of", refuse)
    query = DashboardQuery(view="costs", time_zone="Europe/Berlin")
    assert ASK[mart](interactions, query) == ASK[mart](interactions, {})


def test_costs_add_up_by_whatever_they_are_told_apart(interactions: Interactions) -> None:
    told = interactions.get_costs()
    assert told["total"]["interactions"] == len(CALLS)
    assert told["total"]["unpriced"] == 1
    for name in ("by_day", "by_model", "by_type", "by_prompt", "by_user"):
        assert sum(row["interactions"] for row in told[name]) == len(CALLS), name
        spent = sum(row["cost_usd"] or 0 for row in told[name])
        assert spent == pytest.approx(told["total"]["cost_usd"]), name
    assert [row["day"] for row in told["by_day"]] == [date(2026, 11, day) for day in (20, 21, 22)]
    [unpriced] = [row for row in told["by_model"] if row["unpriced"]]
    assert (unpriced["model_used"], unpriced["cost_usd"]) == (UNPRICED.model, None)


def test_tokens_that_no_call_tells_are_unknown_and_counted(interactions: Interactions) -> None:
    failed = {"status": "failure"}
    total = interactions.get_costs(failed)["total"]
    assert (total["input_tokens"], total["output_tokens"], total["no_usage"]) == (None, None, 1)
    [user] = interactions.get_users(failed)["items"]
    assert (user["tokens_used"], user["no_usage"]) == (None, 1)
    [version] = [row for row in interactions.get_prompt_versions(failed) if row["no_usage"]]
    assert version["tokens_used"] is None


def test_the_dearest_come_first_and_say_how_many_there_are(
    interactions: Interactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(costs, "MOST_ROWS", 1)
    [dearest] = interactions.get_costs()["by_user"]
    assert (dearest["user_id"], dearest["groups"]) == ("user-3", 3)
    [type_] = interactions.get_costs()["by_type"]
    assert (type_["interaction_type"], type_["groups"]) == ("training_kit", 3)


def test_prompt_versions_say_what_users_made_of_them(interactions: Interactions) -> None:
    first, second = interactions.get_prompt_versions()
    assert (first["prompt_name"], first["prompt_version"]) == ("outline", "3")
    assert (first["accepted"], first["modified"], first["rejected"]) == (1, 1, 0)
    assert first["average_quality_score"] == 65
    assert (second["prompt_version"], second["interactions"]) == (TONELESS.prompt_version, 1)
    assert second["data_quality_rate"] == 0


def test_users_are_told_with_their_failures_and_when_they_were_last_seen(interactions: Interactions) -> None:
    found = interactions.get_users(sort="-failures")
    assert found["total"] == 3
    assert [user["user_id"] for user in found["items"]] == [RATE_LIMITED.user_id, FORMULA.user_id, "user-3"]
    unlucky = found["items"][0]
    assert (unlucky["interactions"], unlucky["failures"]) == (1, 1)
    assert unlucky["last_used_at"] == RATE_LIMITED.at.replace(tzinfo=None)
    [judge] = interactions.get_users({"end_date": "2026-11-20"}, sort="-interactions", limit=1)["items"]
    assert (judge["user_id"], judge["accepted"], judge["modified"]) == (OUTLINE.user_id, 1, 1)
    assert [user["user_id"] for user in interactions.get_users(limit=1, offset=1)["items"]] != ["user-3"]


def test_sessions_are_those_with_a_call_that_fits(interactions: Interactions) -> None:
    every = interactions.get_sessions(sort="-interactions")
    assert every["total"] == 3
    assert every["items"][0]["session_id"] == "workshop-7"
    assert sum(session["interactions"] for session in every["items"]) == len(CALLS)
    [failing] = interactions.get_sessions({"status": "failure"})["items"]
    # Of all its calls, also those that the filter leaves out.
    assert (failing["session_id"], failing["failures"]) == ("workshop-7", 1)
    assert failing["interactions"] > 1
    assert interactions.get_sessions({"q": "nowhere to be found"}) == {"items": [], "total": 0}


def test_a_session_lists_its_calls_in_order(interactions: Interactions) -> None:
    found = interactions.get_session("workshop-7", limit=3)
    assert found is not None
    session, calls = found
    assert calls["total"] == session["interactions"]
    assert [call["interaction_id"] for call in calls["items"]] == [OUTLINE.id, RATE_LIMITED.id, CUT_OFF.id]
    following = interactions.get_session("workshop-7", limit=500, cursor=calls["next_cursor"])
    assert following is not None
    assert len(following[1]["items"]) == session["interactions"] - 3
    assert interactions.get_session("no such session") is None
