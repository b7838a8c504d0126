"""A real Chromium on the real pages. A console error, and so a breach of the CSP, fails any test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from support.known_calls import known_marts
from support.marts import Marts
from support.serving import serving

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM.exists():
                item.add_marker(pytest.mark.skip(reason=f"no {CHROMIUM}: apt-get install chromium"))


@pytest.fixture(scope="session")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marts]:
    with known_marts(tmp_path_factory.mktemp("pages")) as built:
        yield built


@pytest.fixture(scope="session")
def site(marts: Marts) -> Iterator[str]:
    """Where the pages are."""
    with serving(marts.app()) as server:
        yield f"http://localhost:{server.port}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium a file. Playwright keeps an event loop running in this thread until it is stopped,
    and no test of asynchronous code can run beside it, so it must not outlive the file."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


def watched(context: BrowserContext, complaints: list[str]) -> Page:
    """A page that writes down every error in its console and every dialog."""
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: (complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    return page


@pytest.fixture(params=[True, False], ids=["javascript", "no-javascript"])
def javascript(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """A page with JavaScript."""
    yield from _page(browser, site, javascript=True)


@pytest.fixture
def either_page(browser: Browser, site: str, javascript: bool) -> Iterator[Page]:
    """A page with JavaScript, and again one without."""
    yield from _page(browser, site, javascript)


def _page(browser: Browser, site: str, javascript: bool) -> Iterator[Page]:
    complaints: list[str] = []
    context = browser.new_context(base_url=site, java_script_enabled=javascript)
    yield watched(context, complaints)
    context.close()
    assert complaints == []
