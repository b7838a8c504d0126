"""What someone wants to know who has only the page: answered within three clicks. On marts of its own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from spanmart.warehouse import Interactions
from support.calls import FORM, Call
from support.known_calls import unbuilt_marts
from support.marts import Marts
from support.serving import serving

NOON = datetime.now(UTC).replace(hour=12)
YESTERDAY = NOON - timedelta(days=1)
LIMIT = ("RateLimitError", "Rate limit reached for gpt-4o-mini: 200000 tokens a minute.", 429)
TIMEOUT = ("APITimeoutError", "Request timed out.", None)
FAILED = [Call(number, at=YESTERDAY, answer=None, error=LIMIT) for number in (1, 2, 3)]
LONG_AGO = [
    Call(number, at=YESTERDAY - timedelta(days=9), answer=None, error=TIMEOUT) for number in range(4, 9)
]
TONELESS = [Call(number, at=YESTERDAY, variables={**FORM, "tone": ""}) for number in (11, 12, 13)]
UNTITLED = [Call(21, at=YESTERDAY, variables={**FORM, "title": ""})]
LAST_WEEK = NOON - timedelta(days=NOON.weekday() + 4)
DEAR = [Call(number, at=LAST_WEEK, model="gpt-4o") for number in (41, 42)]
BEFORE = [Call(43, at=LAST_WEEK - timedelta(days=7), model="gpt-4.1", tokens=(10**6, 10**6))]
JUDGED = [Call(30 + n, at=YESTERDAY, prompt_version=version) for n, version in enumerate("1122")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with unbuilt_marts(tmp_path_factory.mktemp("questions")) as marts:
        fill(marts)
        with serving(marts.app()) as server:
            yield f"http://localhost:{server.port}"


def fill(marts: Marts) -> None:
    marts.land(*FAILED, *LONG_AGO, *TONELESS, *UNTITLED, *JUDGED, *DEAR, *BEFORE)
    marts.refresher.refresh()
    interactions = Interactions(marts.warehouse)
    for call, verdict in zip(JUDGED, ("accepted", "accepted", "rejected", "accepted"), strict=True):
        interactions.submit_feedback(call.id, verdict)
    marts.refresher.refresh()


class Reader:
    """Starts at the address alone and counts clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0
        page.goto("/")

    def click(self, name: str) -> None:
        self.clicks += 1
        self.page.get_by_role("link", name=name, exact=True).click()

    def first_row(self, table: str) -> Locator:
        return self.page.get_by_role("group", name=table).locator("tbody tr").first


def test_why_generations_failed_yesterday(either_page: Page) -> None:
    reader = Reader(either_page)
    reader.click("Failures")
    reader.click("Yesterday")
    row = reader.first_row("Kinds of error")
    expect(row).to_contain_text("RateLimitError")
    expect(row.get_by_role("cell").first).to_have_text(str(len(FAILED)))
    expect(either_page.get_by_text("APITimeoutError")).to_have_count(0)
    assert reader.clicks <= 3


def test_which_prompt_version_users_reject_most(either_page: Page) -> None:
    reader = Reader(either_page)
    reader.click("Data quality")
    row = reader.first_row("What users made of the answers, by prompt version")
    expect(row).to_contain_text("outline v2")
    expect(row).to_contain_text("50.0%")
    assert reader.clicks <= 3


def test_what_last_week_cost_by_model(either_page: Page) -> None:
    reader = Reader(either_page)
    reader.click("Costs")
    reader.click("Last week")
    row = reader.first_row("By model")
    expect(row).to_contain_text("gpt-4o")
    expect(row).to_contain_text("$0.0074")
    expect(reader.page.get_by_role("group", name="By model").get_by_text("gpt-4.1")).to_have_count(0)
    assert reader.clicks <= 3


def test_which_form_field_is_missing_most(either_page: Page) -> None:
    reader = Reader(either_page)
    reader.click("Data quality")
    row = reader.first_row("Variables by prompt version")
    expect(row).to_contain_text("tone")
    expect(row).to_contain_text(f"{len(TONELESS)} of")
    assert reader.clicks <= 3
