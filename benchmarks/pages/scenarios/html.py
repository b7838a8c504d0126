"""How long each page's HTML takes on the server, and how much a page weighs."""

import re
from collections.abc import Sequence
from itertools import cycle

from benchmarks.figure import Figure
from benchmarks.ingest.receivers.spanmart import Spanmart
from benchmarks.pages.asking import DASHBOARD, ask
from benchmarks.pages.bench import Bench
from benchmarks.waiting import waiting
from spanmart.warehouse.queries.filters import Filters
from spanmart.warehouse.queries.pagination import Cursor, Sort

_TIMES = 30
_NEWEST_CALL = "select max(created_at) from marts.interactions"
_DEEP_CALL = """
select created_at::varchar, interaction_id from marts.interactions
where created_at <= (select quantile_disc(created_at, 0.1) from marts.interactions)
order by created_at desc limit 1
"""
_SOME_CALLS = f"select interaction_id from marts.interactions using sample {_TIMES} (reservoir, 1)"
_FILES = re.compile(r'(?:src|href)="(/static/(?!vega-)[^"]+)"')  # without the charts' library


def html(bench: Bench) -> list[Figure]:
    """p95 of each page's HTML, warm, and the page's weight as a browser gets it that has nothing yet."""
    pages = _pages(bench)
    with bench.server("html") as server:
        times = [_time(server, name, paths).at_most(250) for name, paths in pages.items()]
        weights = [_weight(server, name, paths[0]).at_most(100) for name, paths in pages.items()]
    return times + weights


def _pages(bench: Bench) -> dict[str, Sequence[str]]:
    """The addresses of each page, to be asked in turn."""
    [[newest]] = bench.fetch(bench.calls, _NEWEST_CALL)
    [deep] = bench.fetch(bench.calls, _DEEP_CALL)
    cursor = Cursor(Sort.parse("-created_at"), *deep).encode(Filters())
    month = f"start_date={newest.date().replace(day=1)}"
    views = ("metrics", "log", "failures", "data-quality", "costs", "sessions", "users")
    calls = bench.fetch(bench.calls, _SOME_CALLS)
    return {
        **{view: [f"{DASHBOARD}&view={view}"] for view in views},
        "metrics, filtered": [f"{DASHBOARD}&view=metrics&{month}&status=success"],
        "log, filtered": [f"{DASHBOARD}&view=log&{month}&model=gpt-4o-2024-08-06&status=partial"],
        "log, deep": [f"{DASHBOARD}&view=log&cursor={cursor}"],
        "log, by cost": [f"{DASHBOARD}&view=log&sort=-estimated_cost_usd"],
        "detail": [f"/admin-dashboard/interactions/{call}" for (call,) in calls],
    }


def _time(server: Spanmart, name: str, paths: Sequence[str]) -> Figure:
    turn = cycle(paths)
    return waiting("html", name, lambda: ask(server, next(turn)), _TIMES)


def _weight(server: Spanmart, name: str, path: str) -> Figure:
    page = ask(server, path)
    answers = [page, *(ask(server, file) for file in sorted(set(_FILES.findall(page.text))))]
    sent = sum(len(answer.sent) for answer in answers) / 1e3
    unpacked = sum(len(answer.text.encode()) for answer in answers) / 1e3
    note = (
        f"{unpacked:,.0f} KB unpacked; the HTML {len(page.sent) / 1e3:,.0f} of {len(page.text) / 1e3:,.0f} KB"
    )
    return Figure("html", name, round(sent, 1), "KB", note=note, details={"unpacked_kb": unpacked})
