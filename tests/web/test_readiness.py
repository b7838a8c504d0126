"""Before there is anything to show: while the marts are first built, and on an empty warehouse."""

from contextlib import suppress
from dataclasses import replace

import duckdb
import pytest
from flask.testing import FlaskClient

from support.known_calls import OUTLINE
from support.marts import Marts
from support.spans import span

VIEWS = ["metrics", "log", "failures", "data-quality"]


def test_the_process_is_healthy_before_it_is_ready(unbuilt: Marts) -> None:
    client = unbuilt.app().test_client()
    assert client.get("/healthz").get_json() == {"status": "ok"}
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["status"]) == (503, "building")


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_says_that_the_marts_are_being_built_and_asks_again(unbuilt: Marts, view: str) -> None:
    answer = unbuilt.app().test_client().get(f"/admin-dashboard?view={view}")
    assert answer.status_code == 503
    assert "Building the marts" in answer.get_data(as_text=True)
    assert 'http-equiv="refresh"' in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["", "/metrics", "/failures", "/export", f"/{OUTLINE.id}"])
def test_the_api_says_when_to_ask_again(unbuilt: Marts, path: str) -> None:
    answer = unbuilt.app().test_client().get(f"/api/ai-interactions{path}")
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    "path", ["", "/metrics", "/failures", "/data-quality-issues", "/export", f"/{OUTLINE.id}"]
)
def test_the_api_waits_for_the_last_of_the_marts(unbuilt: Marts, path: str) -> None:
    unbuilt.refresher.refresh()
    with unbuilt.warehouse.cursor() as cursor:
        cursor.execute("drop table marts.users_daily")
    client = unbuilt.app().test_client()
    assert client.get("/readyz").status_code == 503
    assert client.get(f"/api/ai-interactions{path}").status_code == 503


def test_an_empty_warehouse_says_how_to_send_the_first_span(unbuilt: Marts) -> None:
    unbuilt.refresher.refresh()
    client = unbuilt.app().test_client()
    assert client.get("/readyz").get_json()["status"] == "ready"
    for view in ("metrics", "log"):
        page = client.get(f"/admin-dashboard?view={view}").get_data(as_text=True)
        assert "import spanmart.instrumentation.auto" in page
        assert "http://localhost:4318" in page
    metrics = client.get("/api/ai-interactions/metrics").get_json()
    assert (metrics["total_interactions"], metrics["success_rate"], metrics["total_cost_usd"]) == (0, None, 0)
    assert client.get("/api/ai-interactions").get_json() == {"items": [], "total": 0, "next_cursor": None}


def test_ready_says_how_fresh_the_marts_are(client: FlaskClient, marts: Marts) -> None:
    body = client.get("/readyz").get_json()
    assert body["refreshed_seq"] == marts.refresher.status.refreshed_seq
    assert body["refreshed_at"].endswith("Z")
    assert body["error"] is None
    assert body["set_aside"] == 0


def test_pages_and_readyz_say_what_could_not_be_done(
    client: FlaskClient, marts: Marts, monkeypatch: pytest.MonkeyPatch
) -> None:
    troubled = replace(marts.refresher.status, set_aside=2, retention_error="no room")
    monkeypatch.setattr(type(marts.refresher), "status", troubled)
    assert client.get("/readyz").get_json()["set_aside"] == 2
    for view in VIEWS:
        page = client.get(f"/admin-dashboard?view={view}").get_data(as_text=True)
        assert "2 of the commits could not be read" in page
        assert "<code>no room</code>" in page


def test_what_no_memory_is_left_for_is_to_be_asked_again(unbuilt: Marts) -> None:
    unbuilt.build(span())
    client = unbuilt.app().test_client()
    paths = ("/admin-dashboard?view=metrics", "/api/ai-interactions/metrics")
    with unbuilt.warehouse.cursor() as cursor:
        [limit] = cursor.execute("select current_setting('memory_limit')").fetchone()
        for megabytes in range(1, 1000):
            # Not below what is held already.
            with suppress(duckdb.OutOfMemoryException):
                cursor.execute(f"set memory_limit = '{megabytes} MB'")
                break
        # Enough for a statement to lift the limit again.
        cursor.execute(f"set memory_limit = '{megabytes + 1} MB'")
        for path in paths:
            answer = client.get(path)
            assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (503, True)
            assert "not enough memory" in answer.get_data(as_text=True)
        cursor.execute(f"set memory_limit = '{limit}'")
    assert [client.get(path).status_code for path in paths] == [200, 200]
