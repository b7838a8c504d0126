"""The log in the hands of a reader: columns, saved views, keys, and a search that goes on by itself."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from spanmart.warehouse.queries.lists import text_search
from support.known_calls import CALLS, RATE_LIMITED

LOG = "/admin-dashboard?tab=ai-insights&view=log"


@pytest.fixture
def short_stretches() -> Iterator[None]:
    """The site runs in this process."""
    usual, text_search.STRETCH_CALLS = text_search.STRETCH_CALLS, 3
    yield
    text_search.STRETCH_CALLS = usual


def test_columns_are_picked_and_stand_in_the_address(either_page: Page) -> None:
    either_page.goto(f"{LOG}&status=failure")
    either_page.get_by_text("Columns", exact=True).click()
    picker = either_page.locator(".picker")
    picker.get_by_label("User id").check()
    picker.get_by_label("Score", exact=True).uncheck()
    picker.get_by_role("button", name="Show").click()
    table = either_page.get_by_role("region", name="Interactions")
    expect(table.get_by_role("columnheader", name="User id")).to_be_visible()
    expect(table.get_by_role("columnheader", name="Score")).to_have_count(0)
    expect(table.locator("tbody tr")).to_have_count(1)
    expect(either_page).to_have_url(re.compile("columns=.*user_id"))
    either_page.get_by_text("Columns", exact=True).click()
    either_page.get_by_role("link", name="The usual columns").click()
    expect(table.get_by_role("columnheader", name="Score")).to_be_visible()


def test_a_view_is_saved_opened_and_forgotten(page: Page) -> None:
    page.goto(f"{LOG}&status=partial&sort=-tokens_used")
    page.get_by_text("Save view").click()
    page.get_by_label("Name of this view").fill("Cut off <b>")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto(LOG)
    view = page.get_by_role("list", name="Saved views").get_by_role("link", name="Cut off <b>")
    view.click()
    expect(page).to_have_url(re.compile("status=partial&sort=-tokens_used$"))
    expect(view).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name="Forget the view Cut off <b>").click()
    expect(view).to_have_count(0)
    page.reload()
    expect(view).to_have_count(0)


def test_keys_go_through_the_rows_and_open_one(page: Page) -> None:
    page.goto(f"{LOG}&limit=5")
    rows = page.locator("tbody tr")
    page.keyboard.press("j")
    expect(rows.nth(0).get_by_role("link")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(rows.nth(1).get_by_role("link")).to_be_focused()
    opened = rows.nth(1).get_attribute("data-row")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"{opened}$"))


def test_a_key_leads_to_the_search_and_letters_typed_there_are_letters(page: Page) -> None:
    page.goto(LOG)
    page.keyboard.press("/")
    page.keyboard.type("j?k/")
    expect(page.get_by_role("searchbox")).to_have_value("j?k/")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_keys_are_told(page: Page) -> None:
    page.goto(LOG)
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard")
    expect(keys).to_contain_text("next row")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.get_by_role("button", name="Keyboard").click()
    expect(keys).to_be_visible()
    keys.get_by_role("button", name="Close").click()
    expect(keys).to_be_hidden()


@pytest.mark.usefixtures("short_stretches")
def test_a_search_goes_on_by_itself_until_all_calls_are_searched(page: Page) -> None:
    page.goto(f"{LOG}&q=rate+limit")
    expect(page.get_by_text(f"All {len(CALLS)} calls searched")).to_be_visible()
    expect(page.get_by_role("heading", name="Interaction log 1")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_attribute("data-row", RATE_LIMITED.id)


@pytest.mark.usefixtures("short_stretches")
def test_a_search_can_be_stopped_and_taken_up_again(page: Page) -> None:
    held: list[Route] = []
    page.route("**/admin-dashboard/fragment?*", lambda route: held.append(route))  # noqa: PLW0108
    page.goto(f"{LOG}&q=rate+limit")
    page.get_by_role("button", name="Stop searching").click()
    expect(page.get_by_role("button", name="Stop searching")).to_be_hidden()
    expect(page.get_by_text(re.compile(f"of {len(CALLS)} calls"))).to_be_visible()
    page.unroute("**/admin-dashboard/fragment?*")
    page.get_by_role("link", name="Search older calls").click()
    expect(page.get_by_text(f"All {len(CALLS)} calls searched")).to_be_visible()
