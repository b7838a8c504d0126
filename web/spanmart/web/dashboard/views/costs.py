"""Costs: what was spent when, on what and for whom, and the calls that cost most."""

from typing import Any

from spanmart.web.dashboard import charts
from spanmart.web.dashboard.links import Links
from spanmart.web.dashboard.query import DashboardQuery
from spanmart.web.dashboard.view import View
from spanmart.web.services import services

MOST_CALLS = 20


def show(query: DashboardQuery, link: Links) -> dict[str, Any]:
    """What the template shows."""
    interactions = services().interactions
    costs = interactions.get_costs(query)
    if not costs["total"]["interactions"]:
        return {"costs": costs}
    dearest = interactions.get_all(query, "-estimated_cost_usd", MOST_CALLS)["items"]
    return {
        "costs": costs,
        "dearest": [call for call in dearest if call["estimated_cost_usd"]],
        "charts": {"costs": charts.make_costs_chart(costs["by_day"], link)},
    }


VIEW = View("costs", "Costs", show)
