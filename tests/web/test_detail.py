"""One interaction: what its cost is made of, and what came before and after it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from spanmart.warehouse import Interactions
from support.calls import Call
from support.known_calls import OUTLINE, RATE_LIMITED, TIED, UNPRICED, unbuilt_marts
from support.marts import Marts

AT = datetime(2026, 11, 24, tzinfo=UTC)
CACHED = Call(
    1,
    at=AT,
    tokens=(1000, 500),
    extra={
        "gen_ai.usage.cache_read.input_tokens": 400,
        "gen_ai.output.type": "json",
    },
    answer='{"title": "Safety", "steps": [{"name": "Exits", "minutes": 5}], "note": null}',
)
DEEP = Call(2, at=AT + timedelta(minutes=1), answer="[" * 60 + "]" * 60, extra={"gen_ai.output.type": "json"})


def read(client: FlaskClient, call: Call) -> str:
    answer = client.get(f"/admin-dashboard/interactions/{call.id}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marts]:
    with unbuilt_marts(tmp_path_factory.mktemp("few")) as marts:
        marts.land(CACHED, DEEP)
        marts.refresher.refresh()
        yield marts


def test_the_lines_add_up_to_the_cost_and_name_the_price(few: Marts) -> None:
    interactions = Interactions(few.warehouse)
    cost = interactions.explain_cost(CACHED.id)
    assert {line["usage"]: line["quantity"] for line in cost["lines"]} == {
        "input": 600,
        "cached input": 400,
        "output": 500,
    }
    total = sum((line["cost_usd"] for line in cost["lines"]), Decimal(0))
    assert float(total) == pytest.approx(interactions.get_by_id(CACHED.id)["estimated_cost_usd"])
    assert cost["source"]["price_model"] == "gpt-4o-mini"


def test_a_call_without_a_price_has_no_lines(interactions: Interactions, client: FlaskClient) -> None:
    assert interactions.explain_cost(UNPRICED.id)["lines"] == []
    assert "No price is known of this model" in read(client, UNPRICED)
    assert "reports no tokens" in read(client, RATE_LIMITED)


def test_the_neighbours_are_those_of_the_session_in_order(interactions: Interactions) -> None:
    first = interactions.get_neighbours(OUTLINE.id)
    assert first is not None
    assert (first["previous_id"], first["next_id"], first["place"]) == (None, RATE_LIMITED.id, 1)
    seen, following = 1, first["next_id"]
    while following:
        found = interactions.get_neighbours(following)
        assert found is not None
        seen, following = seen + 1, found["next_id"]
        assert found["place"] == seen
    assert seen == first["calls"] >= len(TIED)


def test_structured_output_is_a_tree(few: Marts) -> None:
    page = read(few.app().test_client(), CACHED)
    assert "<summary>steps <small>(1)</small></summary>" in page
    assert '<dt>minutes</dt><dd><span class="leaf">5</span>' in page


def test_structured_output_of_any_depth_is_shown(few: Marts) -> None:
    assert "[[[[" in read(few.app().test_client(), DEEP)
