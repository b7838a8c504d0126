"""Logging in, and what admins do, as people do it. On marts of its own, whose users everybody has to be."""

import json
import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from spanmart.warehouse import Role
from spanmart.web import Site
from support.callers import PASSWORD, Callers
from support.known_calls import OUTLINE, known_marts
from support.marts import Marts
from support.oidc_provider import Provider, provider
from support.serving import serving

DASHBOARD = "/admin-dashboard?tab=ai-insights"
PATIENCE_MS = 30_000


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marts]:
    with known_marts(tmp_path_factory.mktemp("guarded")) as built:
        yield built


@pytest.fixture(scope="module")
def callers(marts: Marts) -> Callers:
    return Callers.of(marts.warehouse)


@pytest.fixture(scope="module")
def login() -> Iterator[Provider]:
    with provider() as running:
        running.asks = True
        yield running


@pytest.fixture(scope="module")
def site(marts: Marts, callers: Callers, login: Provider) -> Iterator[str]:
    app = marts.app(Site(oidc=login.oidc()), tokens=callers.tokens, users=callers.users)
    with serving(app) as server:
        yield f"http://localhost:{server.port}"


def log_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def choose(page: Page, name: str) -> None:
    page.locator(".menu summary").click()
    page.locator(".menu").get_by_text(name, exact=True).click()


def test_a_link_leads_through_the_login_to_where_it_pointed(either_page: Page) -> None:
    page = either_page
    page.goto(f"/admin-dashboard/interactions/{OUTLINE.id}")
    log_in(page, "viewer")
    expect(page).to_have_url(re.compile(f"{OUTLINE.id}$"))
    page.get_by_text("Change it").click()
    page.get_by_label("accepted", exact=True).check()
    page.locator(".give").get_by_role("button").click()
    expect(page).to_have_url(re.compile("feedback_seq"))
    expect(page.locator(".menu summary")).to_have_text("viewer")
    choose(page, "Log out")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.goto(DASHBOARD)
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_a_link_leads_through_the_provider_to_where_it_pointed(
    either_page: Page, callers: Callers, login: Provider, javascript: bool
) -> None:
    page, name = either_page, f"ada-{javascript}@example.com".lower()
    login.claims["email"] = name
    callers.users.add(name, Role.VIEWER, PASSWORD)
    page.goto(f"/admin-dashboard/interactions/{OUTLINE.id}")
    page.get_by_role("link", name="Sign in with 127.0.0.1").click()
    expect(page).to_have_title("Provider")
    page.get_by_text("It is me").click()
    expect(page).to_have_url(re.compile(f"{OUTLINE.id}$"))
    expect(page.locator(".menu summary")).to_have_text(name)
    choose(page, "Log out")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_an_admin_makes_a_token_and_revokes_it(either_page: Page) -> None:
    page = either_page
    page.goto("/")
    log_in(page, "admin")
    choose(page, "Tokens")
    page.get_by_label("Who uses it").fill("quarterly")
    page.get_by_label("read: ask the API").check()
    page.get_by_role("button", name="Make it").click()
    expect(page.locator(".notice code").first).to_have_text(re.compile("spanmart_[0-9a-f]{8}_[0-9a-f]{64}"))
    page.get_by_role("button", name="Revoke quarterly").click()
    expect(page.locator("tr", has_text="quarterly").first).to_contain_text("revoked")
    choose(page, "Audit log")
    expect(page.locator("tbody tr").first).to_contain_text("revoke token")


def test_an_admin_adds_a_user_who_can_then_log_in(either_page: Page, javascript: bool) -> None:
    page, name = either_page, f"newcomer {javascript}"
    page.goto("/admin-dashboard/accounts")
    log_in(page, "admin")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label(re.compile("Password, 12")).fill("a password to begin with")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("tr", has_text=name)).to_contain_text("viewer")
    choose(page, "Log out")
    log_in(page, name, "a password to begin with")
    choose(page, "Your account")
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def test_a_page_whose_session_has_ended_leads_to_the_login(
    browser: Browser, site: str, callers: Callers
) -> None:
    # Not a watched page: Chromium writes an error into the console where an answer is a 401.
    context = browser.new_context(base_url=site)
    page = context.new_page()
    page.goto(DASHBOARD)
    log_in(page, "viewer")
    expect(page.get_by_role("heading", name="Metrics", level=1)).to_be_visible()
    callers.users.set_password("viewer", PASSWORD)
    expect(page.get_by_role("heading", name="Log in")).to_be_visible(timeout=PATIENCE_MS)
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1400])
def test_axe_finds_nothing_and_nothing_is_wider_than_its_screen(
    browser: Browser, site: str, scheme: str, width: int
) -> None:
    context = browser.new_context(
        base_url=site,
        color_scheme=scheme,  # type: ignore[arg-type]
        viewport={"width": width, "height": 900},
        bypass_csp=True,
    )
    page = context.new_page()
    found = []

    def look() -> None:
        page.locator(".menu").evaluate_all("menus => menus.forEach(menu => { menu.open = true; })")
        for violation in Axe().run(page).response["violations"]:
            found.append((page.url, violation["id"], [node["html"][:200] for node in violation["nodes"]]))
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append((page.url, "wider than its screen"))

    page.goto("/login")
    look()
    log_in(page, "nobody")
    look()
    log_in(page, "admin")
    for path in ("tokens", "accounts", "audit", "account"):
        page.goto(f"/admin-dashboard/{path}")
        look()
    context.close()
    assert not found, json.dumps(found, indent=2)
