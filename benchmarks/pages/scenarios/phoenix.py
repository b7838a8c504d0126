"""How long a browser takes to show a list of calls, beside Phoenix with the same spans."""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from statistics import median

from playwright.sync_api import BrowserContext, sync_playwright

from benchmarks.figure import Figure
from benchmarks.ingest.load import Load, send
from benchmarks.ingest.measuring import running
from benchmarks.ingest.payloads import payloads
from benchmarks.ingest.receivers.peers import Phoenix
from benchmarks.ingest.receivers.spanmart import Spanmart
from benchmarks.pages.asking import DASHBOARD, ask, url
from benchmarks.pages.bench import REFRESH_S, Bench

_REQUESTS, _SPANS_A_REQUEST = 20, 500
_SPANS = _REQUESTS * _SPANS_A_REQUEST
_AGE_NS = 600 * 10**9  # of the spans: Phoenix shows the last seven days
_PATIENCE_S = 600.0  # Phoenix answers before it stores
_ROUNDS = 7
_CHROMIUM = "/usr/bin/chromium"
_FLAGS = ["--headless", "--no-sandbox", "--disable-gpu"]
_PROJECT = "/projects/UHJvamVjdDox"  # the first, which is the default
_OURS = "spanmart"
_FIRST_ROW = "tbody tr a"  # the link in a row: both have one, once there are calls to show

Taken = dict[tuple[str, str], list[float]]  # ms by list and state of the browser's cache


def phoenix(bench: Bench) -> list[Figure]:
    """Milliseconds until Chromium shows the first rows of 10,000 calls, in our list and in Phoenix's."""
    ours = Spanmart(bench.work / "spanmart", refresh_seconds=REFRESH_S)
    theirs = Phoenix(bench.work / "phoenix", cache=bench.cache)
    with running(ours), running(theirs):
        _fill(bench, ours, theirs)
        project = f"http://127.0.0.1:{theirs.http_port}{_PROJECT}"
        lists = {
            _OURS: url(ours, f"{DASHBOARD}&view=log"),
            "Phoenix's traces": f"{project}/traces",
            "Phoenix's spans": f"{project}/spans",
        }
        return _figures(_open_in_turn(lists))


def _fill(bench: Bench, ours: Spanmart, theirs: Phoenix) -> None:
    """Send both the same spans, and wait until they have them."""
    made = str(payloads(bench.work, _REQUESTS, _SPANS_A_REQUEST, time.time_ns() - _AGE_NS))
    for receiver in (ours, theirs):
        send(Load(receiver.http_port, made, 1, _PATIENCE_S, requests=_REQUESTS))
    _wait(lambda: json.loads(ask(ours, "/api/ai-interactions?limit=1").text)["total"])
    _wait(theirs.stored)


def _wait(count: Callable[[], int | None]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while count() != _SPANS:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{count()} of {_SPANS} spans are there after {_PATIENCE_S:.0f} s")
        time.sleep(1)


def _open_in_turn(lists: Mapping[str, str]) -> Taken:
    """Open each list with an empty cache and once more with a filled one; the first round only warms up."""
    taken: Taken = defaultdict(list)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_FLAGS)
        for counts in (False, *[True] * _ROUNDS):
            for name, address in lists.items():
                context = browser.new_context()
                cold, warm = _milliseconds(context, address), _milliseconds(context, address)
                context.close()
                if counts:
                    taken[name, "cold"].append(cold)
                    taken[name, "warm"].append(warm)
        browser.close()
    return taken


def _milliseconds(context: BrowserContext, address: str) -> float:
    page = context.new_page()
    started = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(_FIRST_ROW).first.wait_for(state="visible")
    taken = time.perf_counter() - started
    page.close()
    return 1e3 * taken


def _figures(taken: Taken) -> list[Figure]:
    figures = []
    for (name, cache), times in taken.items():
        subject = f"{name}, {cache} cache"
        note = f"{min(times):,.0f} to {max(times):,.0f} ms"
        figures.append(Figure("phoenix", subject, round(median(times)), "ms", note=note))
        figures[-1].details = {"milliseconds": times}
        if name != _OURS:
            ratio = median(times) / median(taken[_OURS, cache])
            figures.append(Figure("phoenix", f"{subject} ÷ ours", round(ratio, 1), "×").at_least(1))
    return figures
