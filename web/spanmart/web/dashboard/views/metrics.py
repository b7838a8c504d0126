"""The metrics: figures with their change, charts and their tables, and the figures by group."""

from datetime import UTC, datetime
from typing import Any

from spanmart.web.dashboard import charts
from spanmart.web.dashboard.kpis import figures
from spanmart.web.dashboard.links import Links
from spanmart.web.dashboard.periods import comparison
from spanmart.web.dashboard.query import DashboardQuery
from spanmart.web.dashboard.view import View
from spanmart.web.services import services


def show(query: DashboardQuery, link: Links) -> dict[str, Any]:
    """What the template shows."""
    interactions = services().interactions
    measured = interactions.get_metrics(query)
    if not measured["total_interactions"]:
        return {"metrics": measured, "unread": services().unread_spans()}
    compared = comparison(query, datetime.now(UTC))
    before = interactions.get_totals(compared.filters) if compared else None
    steps = interactions.get_over_time(query, query.zone)
    distributions = interactions.get_distributions(query)
    times, quality_scores = distributions["processing_times"], distributions["quality_scores"]
    return {
        "metrics": measured,
        "unread": services().unread_spans(),
        "prompt_versions": interactions.get_prompt_versions(query),
        "comparison": compared,
        "figures": figures(measured, before, link),
        "steps": steps,
        "times": times,
        "scores": charts.scores(quality_scores, link),
        "charts": {
            "over_time": charts.over_time(steps, link, query.zone),
            "times": charts.make_times_chart(times),
            "scores": charts.make_scores_chart(quality_scores, link),
        },
    }


VIEW = View("metrics", "Metrics", show)
