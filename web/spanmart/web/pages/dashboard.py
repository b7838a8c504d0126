"""The dashboard: one page with views of the filtered interactions, and what keeps it live."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from spanmart.web.pages import administration, costs, log_columns, metrics, sessions, users
from spanmart.web.pages.links import DASHBOARD, Links
from spanmart.web.pages.periods import presets
from spanmart.web.pages.query import COMPARISONS, VIEWS, DashboardQuery, View
from spanmart.web.pages.time_zones import OFFERED
from spanmart.web.parameters import read_query
from spanmart.web.revalidation import etag_of, revalidated
from spanmart.web.services import services

blueprint = Blueprint("dashboard", __name__)


@blueprint.app_context_processor
def navigation() -> dict[str, Any]:
    """What the navigation of every page lists."""
    return {"views": VIEWS}


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


def _link(query: DashboardQuery) -> Links:
    given = {name: value for name, value in request.args.items() if value}
    if query.columns:
        given["columns"] = query.columns
    return Links(query.view, given)


def _shared(query: DashboardQuery) -> dict[str, Any]:
    return {
        "query": query,
        "link": _link(query),
        "status": services().status,
        "otlp_endpoint": services().otlp_endpoint,
    }


def _frame(query: DashboardQuery) -> dict[str, Any]:
    shared = _shared(query)
    return {
        **shared,
        "etag": etag_of(shared["link"].fragment()),
        "choices": services().choices(),
        "presets": presets(datetime.now(UTC), query.zone),
        "time_zones": OFFERED,
        "comparisons": COMPARISONS,
    }


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
        "unread": services().unread_spans(),
    }


_CONTENTS: dict[View, Callable[[DashboardQuery], dict[str, Any]]] = {
    "metrics": lambda query: metrics.content(query, _link(query)),
    "log": _log,
    "failures": _failures,
    "data-quality": _data_quality,
    "costs": lambda query: costs.content(query, _link(query)),
    "sessions": sessions.content,
    "users": users.content,
}


def _content(query: DashboardQuery) -> dict[str, Any]:
    return _CONTENTS[query.view](query)
