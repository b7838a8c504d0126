"""How a model does: failures, times and counts by the name that it was asked by. On marts of its own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from spanmart.warehouse import Interactions
from spanmart.warehouse.queries.summaries import hourly_metrics
from support.calls import Call
from support.known_calls import unbuilt_marts
from support.marts import Marts

HOUR = datetime(2026, 11, 3, 9, tzinfo=UTC)
SNAPSHOT = "gpt-4o-mini-2024-07-18"
LIMITED: dict[str, Any] = {"answer": None, "error": ("RateLimitError", "Limit reached.", 429)}
CALLS = [
    *(Call(number, at=HOUR, extra={"gen_ai.response.model": SNAPSHOT}) for number in (1, 2, 3)),
    Call(4, at=HOUR + timedelta(hours=1), took_ms=9000, **LIMITED),
    # Asked for by the snapshot's own name, and by a sender that tells only what answered.
    Call(5, at=HOUR, model=SNAPSHOT),
    Call(6, at=HOUR, model="claude-haiku-4-5", extra={"gen_ai.request.model": None}),
]


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marts]:
    with unbuilt_marts(tmp_path_factory.mktemp("models")) as marts:
        marts.land(*CALLS)
        marts.refresher.refresh()
        yield marts


@pytest.fixture(scope="module")
def interactions(marts: Marts) -> Interactions:
    return Interactions(marts.warehouse)


@pytest.fixture(params=["call by call", "by hours"])
def reading(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "by hours":
        monkeypatch.setattr(hourly_metrics, "MANY_CALLS", 0)
    return str(request.param)


@pytest.mark.usefixtures("reading")
def test_a_failure_counts_with_the_answers_of_the_model_that_it_asked_for(interactions: Interactions) -> None:
    by_model = {row["model"]: row for row in interactions.get_metrics()["by_model"]}
    assert {name: (row["success_count"], row["failure_count"]) for name, row in by_model.items()} == {
        "gpt-4o-mini": (3, 1),
        SNAPSHOT: (1, 0),
        "claude-haiku-4-5": (1, 0),
    }
    asked = by_model["gpt-4o-mini"]
    assert asked["failure_rate"] == 0.25
    assert asked["average_processing_time_ms"] == pytest.approx((3 * 1200 + 9000) / 4)
    assert asked["p50_processing_time_ms"] == pytest.approx(1200, rel=0.01)


@pytest.mark.usefixtures("reading")
@pytest.mark.parametrize(("model", "calls"), [("gpt-4o-mini", 4), (SNAPSHOT, 4), ("claude-haiku-4-5", 1)])
def test_a_model_is_found_by_either_name(interactions: Interactions, model: str, calls: int) -> None:
    filters = {"model": model}
    assert interactions.get_metrics(filters)["total_interactions"] == calls
    assert interactions.get_all(filters)["total"] == calls
    assert sum(step["calls"] for step in interactions.get_over_time(filters)) == calls
    assert interactions.get_costs(filters)["total"]["interactions"] == calls


def test_a_kind_of_error_names_the_model_asked_for(interactions: Interactions) -> None:
    [limits] = interactions.get_failure_groups({"model": "gpt-4o-mini"})
    assert limits["models"] == ["gpt-4o-mini"]


def test_what_is_paid_for_is_the_model_that_answered(interactions: Interactions) -> None:
    counted = {row["model_used"]: row["interactions"] for row in interactions.get_costs()["by_model"]}
    assert counted == {SNAPSHOT: 4, "gpt-4o-mini": 1, "claude-haiku-4-5": 1}


def test_both_names_can_be_chosen_the_most_frequent_first(interactions: Interactions) -> None:
    assert interactions.get_choices()["model"] == ["gpt-4o-mini", SNAPSHOT, "claude-haiku-4-5"]
