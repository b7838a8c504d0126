"""What happens while the marts change: paging, feedback and freshness. On marts of its own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from spanmart.warehouse import Interactions
from support.calls import Call
from support.known_calls import TIED, known_marts
from support.marts import Marts


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marts]:
    with known_marts(tmp_path_factory.mktemp("changing")) as built:
        yield built


@pytest.fixture
def interactions(marts: Marts) -> Interactions:
    return Interactions(marts.warehouse)


def test_a_call_that_arrives_between_two_pages_moves_nothing(
    marts: Marts, interactions: Interactions
) -> None:
    new, old, newest = (
        Call(number, at=datetime(2026, 11, day, tzinfo=UTC), session_id="paging")
        for number, day in ((201, 22), (202, 21), (203, 23))
    )
    marts.land(new, old)
    marts.refresher.refresh()
    first = interactions.get_all({"session_id": "paging"}, limit=1)
    marts.land(newest)
    marts.refresher.refresh()
    second = interactions.get_all({"session_id": "paging"}, limit=1, cursor=first["next_cursor"])
    shown = [item["interaction_id"] for item in (*first["items"], *second["items"])]
    assert shown == [new.id, old.id]
    assert second["total"] == 3


def test_feedback_lands_and_the_next_refresh_shows_it(marts: Marts, interactions: Interactions) -> None:
    ingest_seq = interactions.submit_feedback(TIED[0].id, "rejected", "off topic", 12.5)
    assert marts.warehouse.landing.committed_seq >= ingest_seq
    marts.refresher.refresh()
    found = interactions.get_by_id(TIED[0].id)
    assert found["user_feedback"] == "rejected"
    assert found["user_feedback_comment"] == "off topic"
    assert found["quality_score"] == 12.5


def test_feedback_on_a_call_that_has_landed_but_is_not_refreshed_is_taken(
    marts: Marts, interactions: Interactions
) -> None:
    call = Call(301, session_id="landed")
    marts.land(call)
    interactions.submit_feedback(call.id, "accepted")
    marts.refresher.refresh()
    assert interactions.get_by_id(call.id)["user_feedback"] == "accepted"


def test_an_etag_holds_until_the_marts_change(marts: Marts) -> None:
    client = marts.app().test_client()
    for path in (
        "/api/ai-interactions?session_id=etag",
        "/api/ai-interactions/metrics",
        "/admin-dashboard?view=log",
        "/admin-dashboard/fragment?view=log",
        f"/admin-dashboard/interactions/{TIED[0].id}/fragment",
    ):
        first = client.get(path)
        assert first.status_code == 200
        seen = {"If-None-Match": first.headers["ETag"]}
        again = client.get(path, headers=seen)
        assert (again.status_code, again.get_data()) == (304, b"")
        marts.land(Call(401, at=TIED[0].at + timedelta(days=1), session_id="etag"))
        marts.refresher.refresh()
        changed = client.get(path, headers=seen)
        assert changed.status_code == 200
        assert changed.headers["ETag"] != first.headers["ETag"]


def test_a_page_knows_the_etag_of_its_fragment(marts: Marts) -> None:
    """So that the first poll of an unchanged page costs nothing."""
    client = marts.app().test_client()
    page = client.get("/admin-dashboard?tab=ai-insights&view=log&category=caf%C3%A9+%26+more").get_data(
        as_text=True
    )
    fragment = page.split('data-fragment="')[1].split('"')[0].replace("&amp;", "&")
    etag = page.split('data-etag="')[1].split('"')[0].replace("&quot;", '"')
    assert client.get(fragment, headers={"If-None-Match": etag}).status_code == 304
