"""Charts in a browser: drawn, telling, leading on; and tables that say the same without them."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from support.known_calls import CALLS, TIED

DASHBOARD = "/admin-dashboard?tab=ai-insights"
HITS = ".hits_marks path"


def hits_of(page: Page, chart: str) -> object:
    hits = page.locator(f"[data-chart={chart}] {HITS}")
    expect(hits.first).to_be_attached()
    return hits


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_chart_is_drawn_in_the_colours_of_the_page(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(DASHBOARD)
    for chart in ("calls", "times", "costs", "tokens", "distribution", "scores"):
        expect(page.locator(f"[data-chart={chart}] svg")).to_be_visible()
    bars = page.locator("[data-chart=calls] .mark-rect.layer_0_marks path[fill='var(--success-fill)']")
    expect(bars.first).to_be_attached()
    colour = bars.first.evaluate("bar => getComputedStyle(bar).fill")
    assert colour == {"light": "rgb(90, 169, 125)", "dark": "rgb(63, 138, 98)"}[scheme]


def test_a_chart_takes_no_more_room_drawn_than_before(page: Page) -> None:
    page.goto(DASHBOARD)
    box = page.locator("[data-chart=calls]")
    expect(box.locator("svg")).to_be_visible()
    assert box.evaluate("box => [box.clientHeight, box.querySelector('svg').clientHeight]") == [150, 150]


def test_clocks_have_twenty_four_hours(page: Page) -> None:
    page.goto(f"{DASHBOARD}&start_date=2026-11-20T12:00&end_date=2026-11-20T14:00")
    clock = page.locator("[data-chart=calls] .role-axis-label text").filter(has_text=re.compile("^13:00$"))
    expect(clock).to_be_attached()


def test_a_step_tells_its_figures_and_opens_its_calls(page: Page) -> None:
    page.goto(DASHBOARD)
    last = hits_of(page, "calls").last  # type: ignore[attr-defined]
    last.hover()
    expect(page.locator(".tip")).to_contain_text(f"{len(TIED)} success")
    last.click()
    expect(page.get_by_role("heading", name=f"Interaction log {len(TIED)}")).to_be_visible()


def test_a_drag_across_a_chart_chooses_its_time(page: Page) -> None:
    page.goto(f"{DASHBOARD}&user_id=user-3")
    hits_of(page, "tokens")
    chart = page.locator("[data-chart=tokens]")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 5, box["y"] + 70, steps=5)
    page.mouse.up()
    expect(page).to_have_url(re.compile("start_date="))
    given = parse_qs(urlsplit(page.url).query)
    assert given["view"] == ["metrics"]
    assert given["user_id"] == ["user-3"]
    expect(page.locator(".figures").get_by_role("link", name=str(len(TIED)), exact=True)).to_be_visible()


def test_a_score_opens_the_calls_that_have_it(page: Page) -> None:
    page.goto(DASHBOARD)
    page.locator("[data-chart=scores] .mark-rect path").last.click()
    expect(page.get_by_role("heading", name="Interaction log 1")).to_be_visible()


@pytest.mark.parametrize("view", ["metrics", "costs"])
def test_without_javascript_tables_say_what_charts_would(
    either_page: Page, javascript: bool, view: str
) -> None:
    either_page.goto(f"{DASHBOARD}&view={view}")
    folded = either_page.locator(".as-table").first
    if javascript:
        folded.locator("summary").click()
    expect(folded.get_by_role("row").nth(1)).to_be_visible()
    assert either_page.locator("[data-chart=costs]").is_visible() == javascript


def test_a_time_zone_moves_the_days(page: Page) -> None:
    page.goto(f"{DASHBOARD}&start_date=2026-11-21&end_date=2026-11-21&time_zone=America/New_York")
    hits_of(page, "calls")
    expect(page.locator(".figures").get_by_role("link", name=str(len(TIED)), exact=True)).to_be_visible()


def test_costs_lead_from_a_model_to_its_calls(either_page: Page) -> None:
    either_page.goto(f"{DASHBOARD}&view=costs")
    either_page.get_by_role("region", name="By model").get_by_role("link", name="acme-7b").click()
    expect(either_page.get_by_role("heading", name="Interaction log 1")).to_be_visible()


def test_from_a_user_to_a_session_to_a_call(either_page: Page) -> None:
    either_page.goto(f"{DASHBOARD}&view=users")
    row = either_page.get_by_role("row").filter(has_text="user-3")
    expect(row).to_contain_text(str(len(CALLS) - 2))
    row.get_by_role("link", name="sessions").click()
    either_page.get_by_role("link", name="workshop-8").click()
    either_page.get_by_role("list", name="Calls in order").get_by_role("link").first.click()
    expect(either_page.get_by_role("heading", name="Conversation")).to_be_visible()
