"""What people do on the pages, with JavaScript and without."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from spanmart.web.dashboard.views import VIEWS
from support.known_calls import CALLS, CUT_OFF, RATE_LIMITED, TIED, TONELESS

DASHBOARD = "/admin-dashboard?tab=ai-insights"


def test_the_address_alone_leads_to_the_metrics(either_page: Page) -> None:
    either_page.goto("/")
    expect(either_page.get_by_role("heading", name="Metrics", level=1)).to_be_visible()
    figures = either_page.locator(".figures")
    expect(figures.get_by_role("link", name=str(len(CALLS)), exact=True)).to_be_visible()
    expect(either_page.locator("main").get_by_text("UTC").first).to_be_visible()


def test_from_a_figure_to_the_calls_behind_it_to_one_of_them(either_page: Page) -> None:
    either_page.goto(DASHBOARD)
    either_page.get_by_role("region", name="By type").get_by_role("link", name="title_generation").click()
    rows = either_page.get_by_role("region", name="Interactions").locator("tbody tr")
    expect(rows).to_have_count(1)
    rows.get_by_role("link").click()
    expect(either_page.get_by_role("heading", name="RateLimitError")).to_be_visible()
    expect(either_page.get_by_text("generation.py").first).to_be_visible()


def test_filters_narrow_the_log_and_stay_in_every_view(either_page: Page) -> None:
    either_page.goto(f"{DASHBOARD}&view=log")
    form = either_page.locator("form[data-filters]")
    form.locator("[name=status]").select_option("partial")
    form.locator("[name=q]").fill("workshop")
    form.get_by_role("button", name="Apply").click()
    expect(either_page.get_by_role("heading", name="Interaction log 1")).to_be_visible()
    either_page.get_by_role("navigation", name="Views").get_by_role("link", name="Metrics").click()
    expect(either_page.locator(".figures").get_by_role("link", name="1", exact=True)).to_be_visible()
    either_page.get_by_role("link", name="Clear all").click()
    expect(
        either_page.locator(".figures").get_by_role("link", name=str(len(CALLS)), exact=True)
    ).to_be_visible()


def test_empty_fields_do_not_stand_in_the_address(page: Page) -> None:
    page.goto(f"{DASHBOARD}&view=log")
    page.locator("form[data-filters]").locator("[name=status]").select_option("failure")
    page.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile(r"\?tab=ai-insights&view=log&status=failure$"))


def test_the_log_is_sorted_and_paged_by_links(either_page: Page) -> None:
    either_page.goto(f"{DASHBOARD}&view=log&limit=10")
    either_page.get_by_role("link", name="Time", exact=True).click()
    first = either_page.locator("tbody tr").first
    expect(first).to_contain_text("3.0 s")
    expect(either_page.locator("th[aria-sort=descending]")).to_have_text(re.compile("Time"))
    either_page.get_by_role("link", name="Next 10").click()
    expect(first).not_to_contain_text("3.0 s")
    either_page.get_by_role("link", name="First page").click()
    expect(first).to_contain_text("3.0 s")


def test_an_export_downloads_what_the_log_shows(either_page: Page) -> None:
    either_page.goto(f"{DASHBOARD}&view=log&interaction_type=training_kit")
    with either_page.expect_download() as started:
        either_page.get_by_role("link", name="JSON").click()
    records = json.loads(started.value.path().read_text())
    assert {record["interaction_id"] for record in records} == {call.id for call in TIED}


def test_a_failure_opens_its_stack_trace_and_input(either_page: Page) -> None:
    either_page.goto(f"{DASHBOARD}&view=failures")
    failure = either_page.locator(f"[id='{RATE_LIMITED.id}']")
    trace = failure.get_by_text("generation.py")
    expect(trace).to_be_hidden()
    failure.get_by_text("Stack trace").click()
    expect(trace).to_be_visible()
    failure.get_by_text("Input variables").click()
    expect(failure.get_by_text("warehouse staff", exact=True)).to_be_visible()


def test_data_quality_leads_to_the_call_with_the_gap(either_page: Page) -> None:
    either_page.goto(f"{DASHBOARD}&view=data-quality")
    either_page.locator(f"a[href$='{TONELESS.id}']").click()
    variables = either_page.get_by_role("region", name="Variables")
    expect(variables.locator(".is-missing")).to_have_text(re.compile("tone.*missing", re.DOTALL))


def test_the_detail_shows_the_users_edit(either_page: Page) -> None:
    either_page.goto(f"/admin-dashboard/interactions/{CUT_OFF.id}")
    expect(either_page.get_by_role("region", name="What the user kept").locator("ins")).to_contain_text(
        "Quiz"
    )
    expect(either_page.get_by_role("region", name="Feedback")).to_contain_text("score 40 of 100")


def test_an_error_is_a_friendly_page(browser_page_that_may_fail: Page) -> None:
    page = browser_page_that_may_fail
    page.goto(f"{DASHBOARD}&status=broken")
    expect(page.get_by_text("status cannot be 'broken'")).to_be_visible()
    page.get_by_role("link", name="Go to the metrics").click()
    expect(page.get_by_role("heading", name="Metrics", level=1)).to_be_visible()


@pytest.fixture
def browser_page_that_may_fail(browser: object, site: str) -> object:
    """Chromium writes an error into the console for the document's own status 400."""
    context = browser.new_context(base_url=site)  # type: ignore[attr-defined]
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("view", VIEWS)
def test_the_keyboard_reaches_content_first_and_shows_where_it_is(page: Page, view: str) -> None:
    page.goto(f"{DASHBOARD}&view={view}")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    focused = page.locator(":focus-visible")
    expect(focused).to_have_count(1)
    assert page.evaluate("document.activeElement.closest('main') !== null")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    stroke = page.evaluate("document.activeElement.matches('svg a')")
    assert outline == "solid" or stroke


@pytest.mark.parametrize("width", [390, 768, 1400])
def test_no_page_is_wider_than_its_screen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    for path in (
        *(f"{DASHBOARD}&view={view}" for view in VIEWS),
        f"{DASHBOARD}&view=sessions&session_id=workshop-7",
        f"/admin-dashboard/interactions/{RATE_LIMITED.id}",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
