"""Spans that look like model calls and are read by nobody: the pages say so. On marts of their own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spanmart.warehouse import Interactions, Refresher, Warehouse
from spanmart.warehouse.queries.lists import unread_spans
from spanmart.web import create_app
from support.hostile_texts import SCRIPTS
from support.marts import Marts
from support.spans import NOON, any_span, span

UNKNOWN = {"llm.model": "x", "llm.usage.total_tokens": 5}
METRICS, DATA_QUALITY = "/admin-dashboard?view=metrics", "/admin-dashboard?view=data-quality"


@pytest.fixture
def marts(tmp_path: Path) -> Iterator[Marts]:
    marts = Marts(Warehouse.open(tmp_path))
    marts.refresher = Refresher(marts.warehouse)
    yield marts
    marts.close()


def unread(number: int, scope: str = "acme.llm", **changes: Any) -> dict[str, Any]:
    return any_span(number, {**UNKNOWN, **changes.pop("attributes", {})}, scope=scope, **changes)


def read(marts: Marts, path: str) -> str:
    answer = create_app(marts.warehouse, marts.refresher).test_client().get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_spans_of_an_unknown_instrumentation_are_told_on_the_pages(marts: Marts) -> None:
    marts.build(
        span(1), unread(2), unread(3, service_name="shop"), unread(4, "acme.old", attributes={"llm.top": 1})
    )
    metrics, quality = read(marts, METRICS), read(marts, DATA_QUALITY)
    for page in (metrics, quality):
        assert "3 spans of 2 kinds look like model calls and are not read" in page
        assert "view=data-quality#unread-spans" in page
    assert 'id="unread-spans"' in quality
    first, second = quality.split('data-row="unread ')[1:]
    assert "acme.llm 0.1.0" in first
    assert "llm.model, llm.usage.total_tokens<" in first
    assert "shop, training-builder" in first
    assert f"{3:032x} {3:016x}" in first
    assert "2026-09-21 14:13:22" in first and "2026-09-21 14:13:23" in first
    assert "acme.old" in second and "llm.top" in second
    assert Interactions(marts.warehouse).get_metrics()["total_interactions"] == 1


def test_they_are_told_where_there_is_no_call_at_all(marts: Marts) -> None:
    marts.build(unread(1))
    page = read(marts, METRICS)
    assert "1 span of 1 kind looks like model calls and is not read" in page
    assert "Waiting for the first span" in page


def test_a_page_is_told_anew_when_the_marts_are(marts: Marts) -> None:
    app = create_app(marts.warehouse, marts.refresher).test_client()
    marts.build(span(1))
    page = app.get(DATA_QUALITY).get_data(as_text=True)
    assert "unread-spans" not in page
    assert "not read" not in page
    marts.build(unread(2))
    assert "unread-spans" in app.get(DATA_QUALITY).get_data(as_text=True)


def test_of_many_kinds_the_most_frequent_are_listed(marts: Marts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unread_spans, "MOST_KINDS", 2)
    marts.build(*(unread(number, f"acme.{number // 2}") for number in range(1, 7)))
    page = read(marts, DATA_QUALITY)
    assert "6 spans of 4 kinds" in page
    assert "the 2 most frequent of 4 kinds" in page
    assert page.count('data-row="unread ') == 2


def test_hostile_names_are_text(marts: Marts) -> None:
    marts.build(
        *(
            unread(number, text, attributes={text: "x"}, name=text, scope_version=text, service_name=text)
            for number, text in enumerate(SCRIPTS, 1)
        ),
        unread(1000, "", start=NOON + 1, name=""),
    )
    listed = read(marts, DATA_QUALITY).split('id="unread-spans"')[1]
    for text in SCRIPTS:
        assert text not in listed
    assert "(none)" in listed
