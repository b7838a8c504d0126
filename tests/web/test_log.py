"""The log as HTML: columns that are chosen stay chosen, and a long search goes on by links."""

import csv
import io
import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from spanmart.warehouse.queries.lists import text_search
from support.known_calls import CALLS, OUTLINE, RATE_LIMITED

LOG = "/admin-dashboard?tab=ai-insights&view=log"


def read(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def headings(page: str) -> list[str]:
    cells = re.findall(r'<th scope="col".*?</th>', page)
    return [re.sub(r"<[^>]*>", "", cell).strip(" ↓↑") for cell in cells]


def links(page: str) -> list[str]:
    return [unescape(href) for href in re.findall(r'<a [^>]*?href="([^"]+)"', page)]


def test_chosen_columns_are_shown_in_their_order(client: FlaskClient) -> None:
    page = read(client, f"{LOG}&columns=user_id,created_at,error_message")
    assert headings(page) == ["User id", "Date (UTC)", "Error message"]
    assert f'href="/admin-dashboard/interactions/{RATE_LIMITED.id}">user-4</a>' in page


def test_ticked_boxes_of_a_form_are_one_choice(client: FlaskClient) -> None:
    page = read(client, f"{LOG}&columns=user_id&columns=created_at")
    assert headings(page) == ["User id", "Date (UTC)"]
    assert f"{LOG}&columns=user_id%2Ccreated_at" in "".join(links(page))


def test_sorting_paging_and_filtering_keep_the_columns(client: FlaskClient) -> None:
    page = read(client, f"{LOG}&columns=tokens_used,created_at&limit=5")
    kept = [href for href in links(page) if "sort=" in href or "cursor=" in href]
    assert len(kept) == 3
    assert all("columns=tokens_used%2Ccreated_at" in href for href in kept)
    assert '<input type="hidden" name="columns" value="tokens_used,created_at">' in page


def test_every_column_can_be_shown(client: FlaskClient) -> None:
    names = re.findall(r'name="columns" value="([a-z_0-9]+)"', read(client, LOG))
    page = read(client, f"{LOG}&columns={','.join(names)}&limit=500")
    assert len(headings(page)) == len(names) > 50


def test_an_unknown_column_is_named(client: FlaskClient) -> None:
    answer = client.get(f"{LOG}&columns=created_at,colour")
    assert answer.status_code == 400
    assert "There is no column &#39;colour&#39;" in answer.get_data(as_text=True)


@pytest.mark.parametrize("format", ["csv", "json", "parquet"])
def test_the_export_links_have_the_chosen_columns(client: FlaskClient, format: str) -> None:
    page = read(client, f"{LOG}&columns=user_id,prompt_preview&status=success&sort=tokens_used")
    [href] = [href for href in links(page) if f"format={format}" in href]
    assert "columns=user_id%2Cprompt_preview" in href
    assert client.get(href).status_code == 200


def test_an_export_has_the_chosen_columns_in_their_order(client: FlaskClient) -> None:
    content = client.get(
        "/api/ai-interactions/export?format=csv&columns=user_id,ai_response,status&user_feedback=accepted"
    ).get_data(as_text=True)
    assert list(csv.reader(io.StringIO(content))) == [
        ["user_id", "ai_response", "status"],
        [OUTLINE.user_id, OUTLINE.answer, "success"],
    ]


def test_an_export_of_an_unknown_column_is_refused(client: FlaskClient) -> None:
    answer = client.get("/api/ai-interactions/export?columns=colour")
    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["parameter"] == "columns"


def test_a_search_goes_on_by_links_until_all_calls_are_searched(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_search, "STRETCH_CALLS", 5)
    seen: list[str] = []
    path: str | None = f"{LOG}&q=outline"
    pages = 0
    while path:
        page = read(client, path)
        pages += 1
        seen += re.findall(r'data-row="([0-9a-f-]+)"', page)
        following = re.search(r'<a rel="next" href="([^"]+)">Search older calls', page)
        path = unescape(following[1]) if following else None
    assert pages > 2
    assert len(seen) == len(set(seen)) == len(CALLS) - 1, "one call's prompt is a formula"
    assert f"All {len(CALLS)} calls searched" in page
