"""The dashboard: one page with four views of the filtered interactions, and what keeps it live."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from flask import Blueprint, Response, redirect, render_template, request
from pydantic import Field
from werkzeug.wrappers import Response as AnyResponse

from spanmart.warehouse.filters import Text
from spanmart.web.pages import administration, log_columns
from spanmart.web.pages.activity_chart import draw
from spanmart.web.pages.links import DASHBOARD, Links
from spanmart.web.parameters import read_query
from spanmart.web.revalidation import etag_of, revalidated
from spanmart.web.schemas import ColumnNames, ListQuery
from spanmart.web.services import services

View = Literal["metrics", "log", "failures", "data-quality"]
VIEWS: dict[View, str] = {
    "metrics": "Metrics",
    "log": "Log",
    "failures": "Failures",
    "data-quality": "Data quality",
}
# How many days ago a range begins, and ends.
PRESETS = {"Today": (0, None), "Yesterday": (1, 1), "7 days": (6, None), "30 days": (29, None)}

blueprint = Blueprint("dashboard", __name__)


class DashboardQuery(ListQuery):
    """Which view of which interactions."""

    tab: Literal["ai-insights"] = Field(default="ai-insights", description="The tab of the dashboard.")
    view: View = Field(default="metrics", description="What to show.")
    columns: ColumnNames | None = Field(default=None, description="Columns of the log, with commas between.")
    variable: Text | None = Field(default=None, description="Variable without which calls went.")


@blueprint.get("/")
def home() -> AnyResponse:
    """Lead to the dashboard."""
    return redirect(f"{DASHBOARD}?tab=ai-insights")


@blueprint.get(DASHBOARD)
def dashboard() -> AnyResponse:
    """Show a view with its navigation and filters."""
    if page := administration.VIEWS.get(request.args.get("view", "")):
        return redirect(page)
    query = _read()
    return revalidated(
        lambda: Response(render_template("dashboard.html", **_frame(query), **_content(query)))
    )


@blueprint.get(f"{DASHBOARD}/fragment")
def fragment() -> Response:
    """Send only what changes when the marts do."""
    query = _read()
    return revalidated(
        lambda: Response(render_template(f"views/{query.view}.html", **_shared(query), **_content(query)))
    )


def _read() -> DashboardQuery:
    return read_query(DashboardQuery, blanks=True, boxes=["columns"])


def _shared(query: DashboardQuery) -> dict[str, Any]:
    given = {name: value for name, value in request.args.items() if value}
    if query.columns:
        given["columns"] = query.columns
    return {
        "query": query,
        "link": Links(query.view, given),
        "status": services().status,
        "otlp_endpoint": services().otlp_endpoint,
    }


def _frame(query: DashboardQuery) -> dict[str, Any]:
    today = datetime.now(UTC).date()
    presets = {
        name: tuple(None if days is None else str(today - timedelta(days=days)) for days in ends)
        for name, ends in PRESETS.items()
    }
    shared = _shared(query)
    return {
        **shared,
        "etag": etag_of(shared["link"].fragment()),
        "views": VIEWS,
        "choices": services().choices(),
        "presets": presets,
    }


def _metrics(query: DashboardQuery) -> dict[str, Any]:
    interactions = services().interactions
    return {"metrics": interactions.get_metrics(query), "chart": draw(interactions.get_activity(query))}


def _log(query: DashboardQuery) -> dict[str, Any]:
    columns = {"columns": log_columns.shown(query.columns), "all_columns": log_columns.ALL_COLUMNS}
    interactions = services().interactions
    if query.q and query.sort == "-created_at":
        found = interactions.search(query, query.limit, query.cursor)
        return {**columns, "page": found, "search": found}
    return {**columns, "page": interactions.get_all(query, query.sort, query.limit, query.cursor)}


def _failures(query: DashboardQuery) -> dict[str, Any]:
    interactions = services().interactions
    return {
        "failures": interactions.get_failures(query.limit, query),
        "groups": interactions.get_failure_groups(query),
    }


def _data_quality(query: DashboardQuery) -> dict[str, Any]:
    interactions = services().interactions
    return {
        "issues": interactions.get_data_quality_issues(query.limit, query, query.variable),
        "unusable": interactions.count_unusable_variables(query),
        "versions": interactions.compare_prompt_versions(query),
    }


_CONTENTS: dict[View, Callable[[DashboardQuery], dict[str, Any]]] = {
    "metrics": _metrics,
    "log": _log,
    "failures": _failures,
    "data-quality": _data_quality,
}


def _content(query: DashboardQuery) -> dict[str, Any]:
    return _CONTENTS[query.view](query)
