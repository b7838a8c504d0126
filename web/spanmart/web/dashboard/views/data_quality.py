"""Data quality: variables that were missing or unusable, and spans that nobody reads."""

from typing import Any

from spanmart.web.dashboard.links import Links
from spanmart.web.dashboard.query import DashboardQuery
from spanmart.web.dashboard.view import View
from spanmart.web.services import services


def show(query: DashboardQuery, link: Links) -> dict[str, Any]:
    """What the template shows."""
    interactions = services().interactions
    return {
        "issues": interactions.get_data_quality_issues(query.limit, query, query.variable),
        "unusable": interactions.count_unusable_variables(query),
        "versions": interactions.compare_prompt_versions(query),
        "unread": services().unread_spans(),
    }


VIEW = View("data-quality", "Data quality", show, keeps=("variable",))
