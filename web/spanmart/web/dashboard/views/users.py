"""Users: what was called for each, what it cost, how it went and what they made of it."""

from collections.abc import Mapping
from typing import Any

from spanmart.warehouse.queries.lists.users import UserSort
from spanmart.web.dashboard.links import Links
from spanmart.web.dashboard.query import DashboardQuery, Order
from spanmart.web.dashboard.view import View
from spanmart.web.services import services

SORTS: Mapping[Order, UserSort] = {
    "calls": "-interactions",
    "cost": "-cost_usd",
    "failures": "-failures",
    "rejected": "-rejected",
    "newest": "-last_used_at",
}


def show(query: DashboardQuery, link: Links) -> dict[str, Any]:
    """What the template shows."""
    order: Order = query.order if query.order and query.order in SORTS else "calls"
    users = services().interactions.get_users(query, SORTS[order], query.limit, query.offset)
    return {"users": users, "order": order}


VIEW = View("users", "Users", show, keeps=("order", "limit"))
