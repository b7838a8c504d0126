"""Failures: what kinds there are, when they came, and the newest of them."""

from typing import Any

from spanmart.web.dashboard.links import Links
from spanmart.web.dashboard.query import DashboardQuery
from spanmart.web.dashboard.view import View
from spanmart.web.services import services


def show(query: DashboardQuery, link: Links) -> dict[str, Any]:
    """What the template shows."""
    interactions = services().interactions
    return {
        "failures": interactions.get_failures(query.limit, query),
        "groups": interactions.get_failure_groups(query),
    }


VIEW = View("failures", "Failures", show)
