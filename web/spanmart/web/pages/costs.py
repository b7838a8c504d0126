"""Costs: what was spent when, on what and for whom, and the calls that cost most."""

from typing import Any

from spanmart.web.pages import charts
from spanmart.web.pages.links import Links
from spanmart.web.pages.query import DashboardQuery
from spanmart.web.services import services

MOST_CALLS = 20


def content(query: DashboardQuery, link: Links) -> dict[str, Any]:
    """What the template shows."""
    interactions = services().interactions
    costs = interactions.get_costs(query)
    if not costs["total"]["interactions"]:
        return {"costs": costs}
    dearest = interactions.get_all(query, "-estimated_cost_usd", MOST_CALLS)["items"]
    return {
        "costs": costs,
        "dearest": [call for call in dearest if call["estimated_cost_usd"]],
        "charts": {"costs": charts.of_costs(costs["by_day"], link)},
    }
