"""The figures at the head of the metrics, each with its change against the period before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spanmart.web.dashboard.comparison import Better, Change, points, relative
from spanmart.web.dashboard.links import Links
from spanmart.web.formatting import duration, number, percent, usd

Measures = Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    """A figure, what to add to it, and where either leads."""

    title: str
    value: str
    note: str
    change: Change | None = None
    link: str | None = None
    note_link: str | None = None
    is_bad: bool = False


def figures(now: Measures, before: Measures | None, link: Links) -> list[Figure]:
    """All of them; without `before`, none has a change."""
    return [*_calls(now, before or {}, link), *_times(now, before or {}), *_quality(now, before or {}, link)]


def _calls(now: Measures, before: Measures, link: Links) -> list[Figure]:
    def rate(title: str, status: str, href: str, better: Better) -> Figure:
        name, count = f"{status}_rate", now[f"{status}_count"]
        return Figure(
            title,
            percent(now[name]),
            f"{number(count)} calls",
            points(now[name], before.get(name), better),
            note_link=href,
            is_bad=status == "failure" and count > 0,
        )

    total, cost = now["total_interactions"], now["total_cost_usd"]
    each, each_before = _cost_of_a_call(now), _cost_of_a_call(before)
    unpriced, no_usage = now["unpriced_count"], now["no_usage_count"]
    return [
        Figure(
            "Interactions",
            number(total),
            f"{number(now['success_count'])} successful",
            relative(total, before.get("total_interactions")),
            link=link.to("log"),
        ),
        rate("Success rate", "success", link.to("log", status="success"), "more"),
        rate("Failure rate", "failure", link.to("failures"), "less"),
        rate("Partial rate", "partial", link.to("log", status="partial"), "less"),
        Figure(
            "Cost",
            usd(cost),
            f"{number(unpriced)} calls unpriced" if unpriced else "all models priced",
            relative(cost, before.get("total_cost_usd"), "less"),
        ),
        Figure("Cost of a call", usd(each), "mean of those with a cost", relative(each, each_before, "less")),
        Figure(
            "Tokens",
            number(now["total_tokens"]),
            f"{number(now['total_input_tokens'])} in, {number(now['total_output_tokens'])} out"
            + (f", {number(no_usage)} calls tell none" if no_usage else ""),
            relative(now["total_tokens"], before.get("total_tokens")),
        ),
    ]


def _times(now: Measures, before: Measures) -> list[Figure]:
    return [
        Figure(
            title,
            duration(now[f"{name}_processing_time_ms"]),
            "processing time",
            relative(now[f"{name}_processing_time_ms"], before.get(f"{name}_processing_time_ms"), "less"),
        )
        for title, name in (
            ("Mean time", "average"),
            ("Median", "p50"),
            ("95th percentile", "p95"),
            ("99th percentile", "p99"),
        )
    ]


def _quality(now: Measures, before: Measures, link: Links) -> list[Figure]:
    incomplete, scored, judged = now["incomplete_count"], now["scored_count"], _count_judged(now)
    complete = "no variables declared" if now["data_quality_rate"] is None else "all variables present"
    return [
        Figure(
            "Data quality",
            percent(now["data_quality_rate"]),
            f"{number(incomplete)} calls with gaps" if incomplete else complete,
            points(now["data_quality_rate"], before.get("data_quality_rate"), "more"),
            note_link=link.to("data-quality") if incomplete else None,
        ),
        Figure(
            "Accepted",
            percent(_acceptance(now)),
            f"of {number(judged)} judged" if judged else "none judged yet",
            points(_acceptance(now), _acceptance(before), "more"),
            note_link=link.to("log", user_feedback="rejected") if now["feedback"]["rejected"] else None,
        ),
        Figure(
            "Quality score",
            number(now["average_quality_score"], 1),
            f"of 100, {number(scored)} scored" if scored else "none scored yet",
            relative(now["average_quality_score"], before.get("average_quality_score"), "more"),
        ),
    ]


def _cost_of_a_call(measures: Measures) -> float | None:
    cost, calls = measures.get("total_cost_usd"), measures.get("priced_count")
    return cost / calls if cost is not None and calls else None


def _count_judged(measures: Measures) -> int:
    feedback: Mapping[str, int] = measures.get("feedback", {})
    return sum(count for judgement, count in feedback.items() if judgement != "no_feedback")


def _acceptance(measures: Measures) -> float | None:
    judged = _count_judged(measures)
    return measures["feedback"]["accepted"] / judged if judged else None
