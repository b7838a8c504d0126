"""Pages that send telemetry themselves: a real browser asks first, and obeys the answer."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from spanmart.collector import OtlpHttpServer
from spanmart.collector.servers.cors import Cors
from spanmart.collector.servers.ingest_gate import IngestGate
from spanmart.warehouse import Scope, Tokens, Warehouse

REQUEST = """{"resourceSpans": [{"scopeSpans": [{"spans": [{
    "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174", "name": "page load"}]}]}]}"""
FETCH = """async ([url, body, headers]) => {
    try {
        const answer = await fetch(url, {method: "POST", body, headers});
        return [answer.status, await answer.json()];
    } catch (error) {
        return [error.name, null];
    }
}"""
BEACON = """([url, body]) => navigator.sendBeacon(url, new Blob([body], {type: "application/json"}))"""
COUNT = "select count(*) from landing.raw.spans where name = 'page load'"
PATIENCE_MS = 30_000


class EmptyPage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output readable."""


@contextmanager
def serving_pages() -> Iterator[str]:
    """An origin of its own."""
    with ThreadingHTTPServer(("127.0.0.1", 0), EmptyPage) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with Warehouse.open(tmp_path_factory.mktemp("sending") / Path("folder")) as opened:
        yield opened


@pytest.fixture(scope="module")
def listed() -> Iterator[str]:
    with serving_pages() as origin:
        yield origin


@pytest.fixture(scope="module")
def foreign() -> Iterator[str]:
    with serving_pages() as origin:
        yield origin


@contextmanager
def receiver(warehouse: Warehouse, listed: str, tokens: Tokens | None = None) -> Iterator[str]:
    server = OtlpHttpServer(warehouse.landing, "127.0.0.1", 0, gate=IngestGate(tokens), cors=Cors([listed]))
    server.start()
    yield f"http://127.0.0.1:{server.port}/v1/traces"
    server.stop()


@contextmanager
def page_of(browser: Browser, origin: str) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(origin)
    yield page
    context.close()


def count(warehouse: Warehouse) -> int:
    cursor = warehouse.cursor()
    try:
        [found] = cursor.execute(COUNT).fetchone() or (0,)
        return int(found)
    finally:
        cursor.close()


def fetch(page: Page, url: str, **headers: str) -> list[Any]:
    return page.evaluate(FETCH, [url, REQUEST, {"Content-Type": "application/json", **headers}])


def test_a_page_of_a_listed_origin_sends(browser: Browser, warehouse: Warehouse, listed: str) -> None:
    before = count(warehouse)
    with receiver(warehouse, listed) as url, page_of(browser, listed) as page:
        assert fetch(page, url) == [200, {}]
        assert fetch(page, url, **{"X-Application": "shop"}) == [200, {}]
    assert count(warehouse) == before + 2


def test_a_page_sends_a_beacon_while_it_is_left(browser: Browser, warehouse: Warehouse, listed: str) -> None:
    before = count(warehouse)
    with (
        receiver(warehouse, listed) as url,
        page_of(browser, listed) as page,
        page.expect_event("requestfinished", lambda request: request.method == "POST", timeout=PATIENCE_MS),
    ):
        assert page.evaluate(BEACON, [url, REQUEST]) is True
    assert count(warehouse) == before + 1


def test_a_page_shows_its_token_and_reads_why_it_is_refused(
    browser: Browser, warehouse: Warehouse, listed: str
) -> None:
    tokens = Tokens(warehouse)
    _, secret = tokens.create("shop's pages", [Scope.INGEST])
    before = count(warehouse)
    with receiver(warehouse, listed, tokens) as url, page_of(browser, listed) as page:
        status, told = fetch(page, url)
        assert (status, told["code"]) == (401, 16)
        assert fetch(page, url, Authorization=f"Bearer {secret}") == [200, {}]
    tokens.close()
    assert count(warehouse) == before + 1


@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
def test_a_page_of_any_other_origin_does_not(
    browser: Browser, warehouse: Warehouse, listed: str, foreign: str, content_type: str
) -> None:
    before = count(warehouse)
    with receiver(warehouse, listed) as url, page_of(browser, foreign) as page:
        assert fetch(page, url, **{"Content-Type": content_type}) == ["TypeError", None]
    assert count(warehouse) == before
