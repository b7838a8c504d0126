"""Sessions: the list of them, or the calls of the one that is filtered for, in order."""

from collections.abc import Mapping
from typing import Any

from spanmart.warehouse.queries.lists.sessions import SessionSort
from spanmart.web.dashboard.links import Links
from spanmart.web.dashboard.query import DashboardQuery, Order
from spanmart.web.dashboard.view import View
from spanmart.web.services import services

SORTS: Mapping[Order, SessionSort] = {
    "newest": "-started_at",
    "duration": "-session_duration_ms",
    "calls": "-interactions",
    "failures": "-failures",
    "cost": "-cost_usd",
}


def show(query: DashboardQuery, link: Links) -> dict[str, Any]:
    """What the template shows."""
    interactions = services().interactions
    if query.session_id:
        found = interactions.get_session(query.session_id, query.limit, query.cursor)
        return {"session": found and found[0], "calls": found and found[1]}
    order: Order = query.order if query.order and query.order in SORTS else "newest"
    listed = interactions.get_sessions(query, SORTS[order], query.limit, query.offset)
    return {"sessions": listed, "order": order}


VIEW = View("sessions", "Sessions", show, keeps=("order", "limit"))
