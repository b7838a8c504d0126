"""The pages as HTML: what they say, and that every link keeps the filters."""

import gzip
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from spanmart.web.dashboard.views import VIEWS
from support.known_calls import CALLS, CUT_OFF, FORMULA, OUTLINE, RATE_LIMITED, TIED, TONELESS

DASHBOARD = "/admin-dashboard?tab=ai-insights"


def read(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def links(page: str) -> list[str]:
    return [unescape(href) for href in re.findall(r'<a [^>]*?href="([^"]+)"', page)]


@pytest.mark.parametrize("view", VIEWS)
def test_every_link_within_the_dashboard_keeps_the_filters(client: FlaskClient, view: str) -> None:
    cleared = f"{DASHBOARD}&view={view}"
    for href in links(read(client, f"{cleared}&user_id=user-3&q=workshop")):
        url = urlsplit(href)
        if url.path in ("/admin-dashboard", "/api/ai-interactions/export") and href != cleared:
            kept = {"user_id", "q"} & set(parse_qs(url.query))
            assert kept or href == f"{DASHBOARD}", f"{href} drops the filters"


def test_every_link_leads_somewhere(client: FlaskClient) -> None:
    for view in (*VIEWS, "sessions&session_id=workshop-7"):
        for href in links(read(client, f"{DASHBOARD}&view={view}")):
            if href.startswith("/"):
                assert client.get(href).status_code == 200, href


def test_the_log_pages_through_all_calls(client: FlaskClient) -> None:
    seen: list[str] = []
    path: str | None = f"{DASHBOARD}&view=log&limit=10"
    while path:
        page = read(client, path)
        seen += re.findall(r'/interactions/([0-9a-f-]+)"', page)
        following = re.search(r'<a rel="next" href="([^"]+)"', page)
        path = unescape(following[1]) if following else None
    assert sorted(seen) == sorted(call.id for call in CALLS)


@pytest.mark.parametrize("view", ["metrics", "costs", "users", "sessions"])
def test_a_page_says_of_how_many_calls_tokens_are_unknown(client: FlaskClient, view: str) -> None:
    page = read(client, f"{DASHBOARD}&view={view}&status=failure")
    assert re.search(r"calls tell (none|no tokens)|calls that tell none", page)


def test_an_export_link_gives_exactly_what_is_filtered(client: FlaskClient) -> None:
    page = read(client, f"{DASHBOARD}&view=log&interaction_type=training_kit&sort=tokens_used")
    [csv] = [href for href in links(page) if "format=csv" in href]
    assert client.get(csv).get_data(as_text=True).count("training_kit") == len(TIED)


def test_failures_show_message_trace_and_input(client: FlaskClient) -> None:
    page = read(client, f"{DASHBOARD}&view=failures")
    assert "Rate limit reached for requests." in page
    assert "generation.py" in page
    assert "warehouse staff" in page
    assert f"/interactions/{RATE_LIMITED.id}" in page


def test_figures_show_their_change_against_the_period_before(client: FlaskClient) -> None:
    page = read(client, f"{DASHBOARD}&start_date=2026-11-21&end_date=2026-11-21")
    assert "Changes are against 20 Nov 2026, 00:00 to 21 Nov 2026, 00:00 (UTC)" in page
    assert "↑ 33%" in page  # from three calls to four
    assert "↓ 33.3 points" in page
    assert "(better)" in page
    alone = read(client, f"{DASHBOARD}&start_date=2026-11-21&end_date=2026-11-21&compare=none")
    assert "Compared with nothing." in alone
    assert "points" not in alone


def test_costs_say_which_models_have_no_price_and_how_to_give_them_one(client: FlaskClient) -> None:
    page = unescape(read(client, f"{DASHBOARD}&view=costs"))
    assert 'model = "acme-7b"' in page
    assert "prices.toml" in page
    assert "Models without a price" not in read(client, f"{DASHBOARD}&view=costs&model=gpt-4o-mini")


def test_a_session_shows_its_calls_in_order(client: FlaskClient) -> None:
    page = read(client, f"{DASHBOARD}&view=sessions&session_id=workshop-7&limit=3")
    calls = [call.id for call in (OUTLINE, RATE_LIMITED, CUT_OFF)]
    assert re.findall(r'<h2><a href="/admin-dashboard/interactions/([0-9a-f-]+)"', page) == calls
    assert "There is no such session" in read(client, f"{DASHBOARD}&view=sessions&session_id=none")


@pytest.mark.parametrize(
    ("view", "orders"),
    [
        ("sessions", ["newest", "duration", "calls", "failures", "cost", "rejected"]),
        ("users", ["calls", "failures", "cost", "rejected", "newest", "duration"]),
    ],
)
def test_sessions_and_users_are_ordered_and_paged(client: FlaskClient, view: str, orders: list[str]) -> None:
    for order in orders:
        page = read(client, f"{DASHBOARD}&view={view}&order={order}&limit=2")
        assert page.count("<tr>") == 3
        assert "1 to 2 of 3" in page
        [following] = [href for href in links(page) if "page=2" in href]
        assert f"order={order}" in following
        assert "3 to 3 of 3" in read(client, following)


def test_pages_without_charts_load_no_library_for_them(client: FlaskClient) -> None:
    assert "/static/vega-" not in read(client, f"{DASHBOARD}&view=log")
    [library] = re.findall(r'src="(/static/vega-[^"]+)"', read(client, DASHBOARD))
    answer = client.get(library, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert b"vegaEmbed" in gzip.decompress(answer.data)


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_without_its_charts_is_small(client: FlaskClient, view: str) -> None:
    page = re.sub(r"<script[^>]* data-charts>.*?</script>", "", read(client, f"{DASHBOARD}&view={view}"))
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert "/static/live.js" in files
    sizes = [len(client.get(file).data) for file in files if "/vega-" not in file]
    assert len(page) + sum(sizes) < 100_000


def test_data_quality_shows_which_variable_lacks_and_where(client: FlaskClient) -> None:
    page = read(client, f"{DASHBOARD}&view=data-quality")
    assert "<code>tone</code>" in page
    assert f"/interactions/{TONELESS.id}" in page


def test_the_detail_shows_conversation_edit_and_raw_span(client: FlaskClient) -> None:
    page = read(client, f"/admin-dashboard/interactions/{CUT_OFF.id}")
    assert '<mark title="title">forklift safety</mark>' in page
    assert "<ins>" in page
    assert "too short" in page
    assert "gen_ai.usage.input_tokens" in page


def test_what_people_and_models_wrote_is_escaped(client: FlaskClient) -> None:
    page = read(client, f"/admin-dashboard/interactions/{FORMULA.id}")
    assert 'href="=HYPERLINK' not in page
    assert "second line, with a comma and &#34;quotes&#34;" in page


def test_a_form_leaves_blank_fields_out(client: FlaskClient) -> None:
    page = read(client, f"{DASHBOARD}&view=log&q=&status=failure&model=")
    assert f"/interactions/{RATE_LIMITED.id}" in page


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        (f"{DASHBOARD}&view=nothing", 400, "metrics"),
        ("/admin-dashboard?tab=other", 400, "ai-insights"),
        (f"{DASHBOARD}&colour=red", 400, "Unknown parameter"),
        ("/admin-dashboard/interactions/no-such-id", 404, "no-such-id"),
        ("/no-such-page", 404, "/no-such-page"),
    ],
)
def test_an_error_is_a_page_that_says_what_is_wrong(
    client: FlaskClient, path: str, status: int, says: str
) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert says in answer.get_data(as_text=True)


def test_feedback_can_be_given_by_form(client: FlaskClient) -> None:
    path = f"/admin-dashboard/interactions/{OUTLINE.id}"
    answer = client.post(
        f"{path}/feedback", data={"user_feedback": "accepted", "quality_score": "90", "comment": ""}
    )
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"{path}?feedback_seq=")
    assert "Stored." in read(client, answer.headers["Location"].split("#")[0])


def test_a_form_without_a_choice_is_refused_with_its_name(client: FlaskClient) -> None:
    answer = client.post(f"/admin-dashboard/interactions/{OUTLINE.id}/feedback", data={"quality_score": "90"})
    assert answer.status_code == 400
    assert "user_feedback is missing" in answer.get_data(as_text=True)
