"""Prompts and responses are hostile: none of them runs, and none makes the browser ask anyone else."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page

from spanmart.warehouse import Interactions
from spanmart.warehouse.queries.columns import INTERACTION_COLUMNS, PREVIEW_COLUMNS
from support.calls import Call
from support.hostile_texts import HOSTILE_TEXTS
from support.known_calls import unbuilt_marts
from support.marts import Marts
from support.serving import serving

DASHBOARD = "/admin-dashboard?tab=ai-insights"
OPEN_ALL = "document.querySelectorAll('details').forEach(fold => { fold.open = true; })"


def hostile_call(number: int, text: str) -> Call:
    """A call in which everything that someone else can choose is the text."""
    return Call(
        number,
        at=datetime(2026, 11, 24, tzinfo=UTC),
        interaction_type=text,
        model=text,
        prompt=text,
        system=text,
        answer=text if number % 2 else None,
        error=None if number % 2 else (text, text, 500),
        prompt_name=text,
        prompt_version=text,
        required=(text, "absent"),
        variables={text: text, "given": text},
        session_id=text,
        user_id=text,
        context={"category": text, text: text},
        extra={text: text},
    )


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marts]:
    with unbuilt_marts(tmp_path_factory.mktemp("hostile")) as marts:
        calls = [hostile_call(number, text) for number, text in enumerate(HOSTILE_TEXTS, 1)]
        marts.land(*calls)
        marts.refresher.refresh()
        for call, text in zip(calls, HOSTILE_TEXTS, strict=True):
            Interactions(marts.warehouse).submit_feedback(call.id, "modified", text, 50, text)
        marts.refresher.refresh()
        yield marts


@pytest.fixture(scope="module")
def site(marts: Marts) -> Iterator[str]:
    with serving(marts.app()) as server:
        yield f"http://localhost:{server.port}"


def test_60_hostile_texts_run_nothing_and_ask_nobody_else(page: Page, site: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    numbers = range(1, len(HOSTILE_TEXTS) + 1)
    columns = ",".join(column.name for column in (*INTERACTION_COLUMNS, *PREVIEW_COLUMNS))
    views = (
        "metrics",
        "log&limit=500",
        f"log&limit=500&columns={columns}",
        "failures&limit=500",
        "data-quality&limit=500",
        "costs",
        "sessions&limit=500",
        "users&limit=500",
    )
    paths = [*(f"{DASHBOARD}&view={view}" for view in views)]
    paths += [f"{DASHBOARD}&view=sessions&{urlencode({'session_id': text})}" for text in HOSTILE_TEXTS]
    paths += [f"/admin-dashboard/interactions/{Call(number).id}" for number in numbers]
    for path in paths:
        page.goto(path)
        page.evaluate(OPEN_ALL)
    assert len(numbers) == 60
    assert len(asked) >= len(paths)
    assert [url for url in asked if not url.startswith(site)] == []
    # Dialogs and refused scripts would stand in the console, which the page fixture finds empty.


@pytest.mark.parametrize("text", HOSTILE_TEXTS[::7])
def test_a_hostile_filter_is_shown_as_text(page: Page, site: str, text: str) -> None:
    page.goto(f"{DASHBOARD}&view=log")
    page.get_by_role("searchbox").fill(text)
    page.get_by_role("button", name="Apply").click()
    assert page.url.startswith(site)
    assert page.get_by_role("searchbox").input_value() == text
