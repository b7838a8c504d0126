"""Text search: newest calls first, a stretch at a time, and every hit once."""

from typing import Any

import pytest

from spanmart.warehouse import Interactions
from spanmart.warehouse.queries.errors import InvalidCursor
from spanmart.warehouse.queries.lists import text_search
from spanmart.warehouse.queries.lists.text_search import Found
from support.known_calls import CALLS, FORMULA, RATE_LIMITED


def stretches(interactions: Interactions, filters: dict[str, Any], limit: int) -> list[Found]:
    found = [interactions.search(filters, limit)]
    while cursor := found[-1]["next_cursor"]:
        found.append(interactions.search(filters, limit, cursor))
    return found


def ids(found: list[Found]) -> list[str]:
    return [item["interaction_id"] for part in found for item in part["items"]]


@pytest.mark.parametrize("stretch", [1, 5, 1000])
@pytest.mark.parametrize("limit", [1, 7, 500])
@pytest.mark.parametrize(
    "filters",
    [
        {"q": "workshop"},
        {"q": "WHY it matters", "status": "partial"},
        {"q": "limit reached"},
        {"q": "second line", "start_date": "2026-11-21", "end_date": "2026-11-21"},
        {"q": "nowhere to be found"},
    ],
    ids=str,
)
def test_all_stretches_together_find_what_the_log_lists(
    interactions: Interactions,
    monkeypatch: pytest.MonkeyPatch,
    filters: dict[str, str],
    stretch: int,
    limit: int,
) -> None:
    monkeypatch.setattr(text_search, "STRETCH_CALLS", stretch)
    found = stretches(interactions, filters, limit)
    assert ids(found) == [
        item["interaction_id"] for item in interactions.get_all(filters, limit=500)["items"]
    ]


def test_the_newest_stretch_is_searched_first_and_the_search_says_how_far_it_is(
    interactions: Interactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_search, "STRETCH_CALLS", 5)
    first, *_, last = stretches(interactions, {"q": "rate limit"}, 50)
    assert first["items"] == [], "twenty later calls stand between"
    assert 5 <= first["searched_calls"] < first["calls"] == len(CALLS)
    assert first["searched_since"] is not None
    assert ids([last]) == [RATE_LIMITED.id]
    assert (last["searched_calls"], last["searched_since"]) == (len(CALLS), None)


def test_texts_are_read_block_by_block(interactions: Interactions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_search, "BLOCK_ROWS", 2)
    assert ids([interactions.search({"q": "second line"})]) == [FORMULA.id]


def test_a_cursor_of_another_search_is_refused(
    interactions: Interactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_search, "STRETCH_CALLS", 5)
    cursor = interactions.search({"q": "workshop"}, 1)["next_cursor"]
    with pytest.raises(InvalidCursor):
        interactions.search({"q": "outline"}, 1, cursor)


def test_a_search_without_a_text_is_refused(interactions: Interactions) -> None:
    with pytest.raises(ValueError, match="q, the text"):
        interactions.search({"status": "failure"})
