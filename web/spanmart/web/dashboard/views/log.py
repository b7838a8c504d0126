"""The log: the calls one by one, and what a search of their texts finds."""

from typing import Any

from spanmart.web.dashboard import log_columns
from spanmart.web.dashboard.links import Links
from spanmart.web.dashboard.query import DashboardQuery
from spanmart.web.dashboard.view import View
from spanmart.web.services import services


def show(query: DashboardQuery, link: Links) -> dict[str, Any]:
    """What the template shows."""
    columns = {"columns": log_columns.shown(query.columns), "all_columns": log_columns.ALL_COLUMNS}
    interactions = services().interactions
    if query.q and query.sort == "-created_at":
        found = interactions.search(query, query.limit, query.cursor)
        return {**columns, "page": found, "search": found}
    return {**columns, "page": interactions.get_all(query, query.sort, query.limit, query.cursor)}


VIEW = View("log", "Log", show, keeps=("sort", "limit", "columns"))
