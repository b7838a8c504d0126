"""Pages that keep themselves up to date, and feedback from form to row. On marts of its own."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from support.calls import Call
from support.known_calls import OUTLINE, TIED, known_marts
from support.marts import Marts
from support.serving import serving

DASHBOARD = "/admin-dashboard?tab=ai-insights"
PATIENCE_MS = 30_000


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marts]:
    with known_marts(tmp_path_factory.mktemp("live")) as built:
        yield built


@pytest.fixture(scope="module")
def site(marts: Marts) -> Iterator[str]:
    with serving(marts.app()) as server:
        yield f"http://localhost:{server.port}"


def arrive(marts: Marts, call: Call) -> None:
    marts.land(call)
    marts.refresher.refresh()


def test_a_new_call_appears_without_a_reload(page: Page, marts: Marts) -> None:
    page.goto(f"{DASHBOARD}&view=log&session_id=live")
    expect(page.get_by_text("No interaction fits these filters")).to_be_visible()
    arrive(marts, Call(501, at=datetime(2026, 11, 22, tzinfo=UTC), session_id="live"))
    expect(page.get_by_role("heading", name="Interaction log 1")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("[data-live-state]")).to_have_text("live")


def test_a_new_row_is_marked_and_a_paused_page_waits(page: Page, marts: Marts) -> None:
    arrive(marts, Call(511, at=datetime(2026, 11, 22, tzinfo=UTC), session_id="tail"))
    page.goto(f"{DASHBOARD}&view=log&session_id=tail")
    heading = page.get_by_role("heading", level=1)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("[data-live-state]")).to_have_text("paused")
    arrive(marts, Call(512, at=datetime(2026, 11, 23, tzinfo=UTC), session_id="tail"))
    page.wait_for_timeout(2 * 3000)
    expect(heading).to_have_text("Interaction log 1")
    page.get_by_role("button", name="Resume").click()
    expect(heading).to_have_text("Interaction log 2")
    expect(page.locator("tr.new")).to_have_attribute("data-row", Call(512).id)


def test_an_update_keeps_what_the_reader_has_opened(page: Page, marts: Marts) -> None:
    page.goto(f"{DASHBOARD}&view=failures")
    page.get_by_text("Stack trace").click()
    expect(page.get_by_text("generation.py")).to_be_visible()
    error = ("APITimeoutError", "Request timed out.", None)
    arrive(marts, Call(502, at=datetime(2026, 11, 23, tzinfo=UTC), answer=None, error=error))
    newest = page.get_by_role("heading", name="APITimeoutError")
    expect(newest).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("generation.py").last).to_be_visible()


def test_an_update_waits_while_feedback_is_being_written(page: Page, marts: Marts) -> None:
    page.goto(f"/admin-dashboard/interactions/{TIED[1].id}")
    comment = page.get_by_label("Comment")
    comment.fill("half a thought")
    page.get_by_role("heading", name="Conversation").click()
    arrive(marts, Call(503, at=datetime(2026, 11, 23, tzinfo=UTC)))
    page.wait_for_timeout(2 * 3000)
    expect(comment).to_have_value("half a thought")


def test_feedback_given_on_the_page_shows_after_the_next_refresh(either_page: Page, marts: Marts) -> None:
    either_page.goto(f"/admin-dashboard/interactions/{OUTLINE.id}")
    either_page.get_by_text("Change it").click()
    form = either_page.locator("form.give")
    form.get_by_label("modified").check()
    form.get_by_label("Quality score").fill("77.5")
    form.get_by_label("Text that was kept").fill("1. Why it matters most\n2. Practice")
    form.get_by_role("button", name="Save feedback").click()
    feedback = either_page.get_by_role("region", name="Feedback")
    expect(feedback).to_contain_text("Stored.")
    marts.refresher.refresh()
    either_page.reload()
    expect(feedback).to_contain_text("Saved.")
    expect(feedback).to_contain_text("modified, score 78 of 100")
    expect(either_page.locator("ins")).to_contain_text("most")


def test_a_lost_connection_is_said_and_the_page_stays(browser_page: Page, marts: Marts) -> None:
    browser_page.goto(f"{DASHBOARD}&view=log")
    browser_page.context.set_offline(True)
    expect(browser_page.locator("[data-live-state]")).to_contain_text("connection lost", timeout=PATIENCE_MS)
    expect(browser_page.locator("tbody tr").first).to_be_visible()
    browser_page.context.set_offline(False)
    expect(browser_page.locator("[data-live-state]")).to_have_text("live", timeout=PATIENCE_MS)


@pytest.fixture
def browser_page(browser: object, site: str) -> object:
    """Chromium itself writes an error into the console when it is offline."""
    context = browser.new_context(base_url=site)  # type: ignore[attr-defined]
    yield context.new_page()
    context.close()
