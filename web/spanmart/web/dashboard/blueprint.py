"""The dashboard: one page with views of the filtered interactions, and what keeps it live."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from spanmart.web.dashboard.links import Links
from spanmart.web.dashboard.periods import presets
from spanmart.web.dashboard.query import COMPARISONS, DashboardQuery
from spanmart.web.dashboard.time_zones import OFFERED
from spanmart.web.dashboard.views import VIEWS
from spanmart.web.http.errors import Fault, InvalidRequest
from spanmart.web.http.etags import answer_revalidated, etag_of
from spanmart.web.http.parameters import read_query
from spanmart.web.services import services
from spanmart.web.urls import ADMIN_VIEWS, DASHBOARD, HOME

blueprint = Blueprint("dashboard", __name__)


@blueprint.app_context_processor
def navigation() -> dict[str, Any]:
    """What the navigation of every page lists."""
    return {"views": {view.name: view.title for view in VIEWS.values()}}


@blueprint.get("/")
def home() -> AnyResponse:
    """Lead to the dashboard."""
    return redirect(HOME)


@blueprint.get(DASHBOARD)
def dashboard() -> AnyResponse:
    """Show a view with its navigation and filters."""
    if page := ADMIN_VIEWS.get(request.args.get("view", "")):
        return redirect(page)
    query = _read()
    return answer_revalidated(
        lambda: Response(render_template("dashboard.html", **_frame(query), **_content(query)))
    )


@blueprint.get(f"{DASHBOARD}/fragment")
def fragment() -> Response:
    """Send only what changes when the marts do."""
    query = _read()
    return answer_revalidated(
        lambda: Response(
            render_template(f"views/{query.view}.html", **_make_shared(query), **_content(query))
        )
    )


def _read() -> DashboardQuery:
    query = read_query(DashboardQuery, blanks=True, boxes=["columns"])
    if query.view not in VIEWS:
        raise InvalidRequest([Fault(parameter="view", message=f"view is one of {', '.join(VIEWS)}.")])
    return query


def _link(query: DashboardQuery) -> Links:
    given = {name: value for name, value in request.args.items() if value}
    if query.columns:
        given["columns"] = query.columns
    return Links(query.view, given, {view.name: view.keeps for view in VIEWS.values()})


def _make_shared(query: DashboardQuery) -> dict[str, Any]:
    return {
        "query": query,
        "link": _link(query),
        "status": services().status,
        "otlp_endpoint": services().otlp_endpoint,
    }


def _frame(query: DashboardQuery) -> dict[str, Any]:
    shared = _make_shared(query)
    return {
        **shared,
        "etag": etag_of(shared["link"].fragment()),
        "choices": services().choices(),
        "presets": presets(datetime.now(UTC), query.zone),
        "time_zones": OFFERED,
        "comparisons": COMPARISONS,
    }


def _content(query: DashboardQuery) -> dict[str, Any]:
    return VIEWS[query.view].content(query, _link(query))
