"""Charts as Vega-Lite specifications: what is drawn, in the colours of the style sheet.

A browser draws them with static/charts.js; the tables beside them say the same without it. Moments are those
that clocks in the reader's time zone show, which is why scales are told that they are in UTC.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any

from spanmart.web.dashboard.links import Links
from spanmart.web.formatting import duration, filter_moment, number, usd

Spec = Mapping[str, Any]
Row = Mapping[str, Any]

HEIGHT = 150
# Cached tokens are input and reasoning is output: charts show the four apart, so that they add up.
TOKENS = ("input", "cached", "output", "reasoning")
COLOURS = {
    "failure": "var(--failure-fill)",
    "partial": "var(--partial-fill)",
    "success": "var(--success-fill)",
    "p50": "var(--success-fill)",
    "p95": "var(--partial-fill)",
    "p99": "var(--failure-fill)",
    "input": "var(--neutral-fill)",
    "cached": "var(--line-strong)",
    "output": "var(--success-fill)",
    "reasoning": "var(--partial-fill)",
}
_TEXT = {"labelColor": "var(--muted)", "labelFontSize": 11, "title": None}
CONFIG = {
    "font": "Inter, system-ui, sans-serif",
    "background": "transparent",
    "view": {"stroke": None},
    "axisX": {**_TEXT, "grid": False, "domainColor": "var(--line-strong)", "tickColor": "var(--line-strong)"},
    "axisY": {**_TEXT, "gridColor": "var(--line)", "domain": False, "ticks": False, "labelPadding": 6},
    "line": {"strokeWidth": 1.75},
}
# Of twelve hours, as Vega writes clocks, nobody could tell the morning from the evening.
_CLOCK = {"hours": "%H:%M", "minutes": "%H:%M"}
_TIME = {
    "type": "temporal",
    "scale": {"type": "utc"},
    "axis": {"labelOverlap": True, "tickCount": 6, "format": _CLOCK},
}
_SPAN = {"x": {"field": "t", **_TIME}, "x2": {"field": "end"}}
_BAR = {"type": "rect", "color": "var(--neutral-fill)", "xOffset": 0.5, "x2Offset": -0.5}
_HEIGHT_OF_STACK = {
    "y": {"field": "low", "type": "quantitative", "axis": {"tickCount": 4, "format": "~s"}},
    "y2": {"field": "high"},
}
_DOLLARS = {"format": "$,.2~r", "tickCount": 4}
_SECONDS = {"labelExpr": "datum.label + ' s'", "tickCount": 4}


def over_time(steps: Sequence[Row], link: Links, zone: tzinfo) -> dict[str, Any]:
    """The charts of what happened when, and their rows. Dragging across one chooses that time."""
    return {
        "rows": [_step(step, zone) for step in steps],
        **_leads_to(link),
        "charts": {
            "calls": _chart(_stack(("failure", "partial", "success")), _hits("calls_says")),
            "times": _chart(_lines(("p50", "p95", "p99")), _hits("times_says")),
            "costs": _chart(_single("cost", _DOLLARS), _hits("cost_says")),
            "tokens": _chart(_stack(TOKENS), _hits("tokens_says")),
        },
    }


def make_costs_chart(days: Sequence[Row], link: Links) -> dict[str, Any]:
    """What each UTC day cost, and its tokens by kind."""
    moments = [{**day, "start_time": datetime.combine(day["day"], time(), UTC)} for day in days]
    return {
        "rows": [_day(day) for day in moments],
        **_leads_to(link),
        "charts": {
            "costs": _chart(_single("cost", _DOLLARS), _hits("cost_says")),
            "tokens": _chart(_stack(TOKENS), _hits("tokens_says")),
        },
    }


def make_times_chart(rows: Sequence[Row]) -> dict[str, Any]:
    """How many calls took how long, on a scale on which each step is fifteen per cent more."""
    axis = {
        "labelExpr": "datum.value < 1000 ? datum.value + ' ms' : datum.value / 1000 + ' s'",
        "tickCount": 5,
        "labelOverlap": True,
    }
    bars = {
        "transform": [_make_stack("calls", "from", "status")],
        "mark": _BAR,
        "encoding": {
            "x": {"field": "from", "type": "quantitative", "scale": {"type": "log"}, "axis": axis},
            "x2": {"field": "to"},
            **_HEIGHT_OF_STACK,
            "color": _colour(("failure", "partial", "success"), "status"),
            "tooltip": {"field": "says"},
        },
    }
    said = [
        {
            "from": row["from_ms"],
            "to": row["to_ms"],
            "status": row["status"],
            "calls": row["calls"],
            "says": f"{duration(row['from_ms'])} to {duration(row['to_ms'])}\n"
            f"{number(row['calls'])} {row['status']}",
        }
        for row in rows
    ]
    return {"rows": said, "charts": {"distribution": _chart(bars)}}


def make_scores_chart(rows: Sequence[Row], link: Links) -> dict[str, Any]:
    """How many calls have which quality score; each bar opens them."""
    bars = {
        "mark": {**_BAR, "cursor": "pointer"},
        "encoding": {
            "x": {
                "field": "from",
                "type": "quantitative",
                "scale": {"domain": [0, 100]},
                "axis": {"tickCount": 10},
            },
            "x2": {"field": "to"},
            "y": {"field": "calls", "type": "quantitative", "axis": {"tickCount": 4, "format": "~s"}},
            "y2": {"datum": 0},
            "tooltip": {"field": "says"},
        },
    }
    said = [
        {**score, "says": f"score {score['range']}\n{number(score['calls'])} calls"}
        for score in scores(rows, link)
    ]
    return {"rows": said, "charts": {"scores": _chart(bars)}}


def scores(rows: Sequence[Row], link: Links) -> list[dict[str, Any]]:
    """Scores by tens, and the log of each."""
    return [
        {
            "from": 10 * row["bin"],
            "to": 10 * row["bin"] + 10,
            "range": f"{10 * row['bin']} to {10 * row['bin'] + 10}",
            "calls": row["calls"],
            "href": link.to("log", **_score_range(row["bin"])),
        }
        for row in rows
    ]


def _score_range(bin_: int) -> dict[str, float]:
    """The end is included in the filters, so that of the log is just below; but 100 is the last of all."""
    low = 10 * bin_
    return {"min_quality_score": low, "max_quality_score": 100 if low == 90 else low + 9.9999}


def _step(step: Row, zone: tzinfo) -> dict[str, Any]:
    start, end = step["start_time"], step["end_time"]
    when = f"{start.astimezone(zone):%a %d %b %Y, %H:%M} to {end.astimezone(zone):%d %b, %H:%M}"
    kinds = tokens_by_kind(step)
    statuses = {status: step[status] for status in ("success", "partial", "failure")}
    times = {name: step[f"{name}_ms"] for name in ("p50", "p95", "p99")}
    return {
        "t": _wall_clock(start, zone),
        "end": _wall_clock(end, zone),
        "mid": _wall_clock(start + (end - start) / 2, zone),
        "start_date": filter_moment(start),
        "end_date": filter_moment(end),
        **statuses,
        **{name: None if ms is None else ms / 1000 for name, ms in times.items()},
        "cost": step["cost_usd"],
        **kinds,
        "calls_says": _says(when, {name: number(value) for name, value in statuses.items()}),
        "times_says": _says(when, {name: duration(value) for name, value in times.items()}),
        "cost_says": f"{when}\n{usd(step['cost_usd'])}",
        "tokens_says": _says(when, {name: number(value) for name, value in kinds.items()}),
    }


def tokens_by_kind(sums: Row) -> dict[str, int | None]:
    """Each token once; None where no call tells them."""
    counted = (
        *_split_part(sums["input_tokens"], sums["cached_input_tokens"]),
        *_split_part(sums["output_tokens"], sums["reasoning_tokens"]),
    )
    return dict(zip(TOKENS, counted, strict=True))


def _split_part(whole: int | None, part: int | None) -> tuple[int | None, int | None]:
    return (None, None) if whole is None else (whole - (part or 0), part or 0)


def _day(day: Row) -> dict[str, Any]:
    start, end = day["start_time"], day["start_time"] + timedelta(days=1)
    kinds, when = tokens_by_kind(day), f"{start:%a %d %b %Y} (UTC)"
    return {
        "t": _wall_clock(start, UTC),
        "end": _wall_clock(end, UTC),
        "start_date": filter_moment(start),
        "end_date": filter_moment(end),
        "cost": day["cost_usd"],
        **kinds,
        "cost_says": f"{when}\n{usd(day['cost_usd'])}",
        "tokens_says": _says(when, {name: number(value) for name, value in kinds.items()}),
    }


def _wall_clock(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%dT%H:%M:%SZ}"


def _says(when: str, values: Mapping[str, str]) -> str:
    return "\n".join([when, *(f"{value} {name}" for name, value in values.items())])


def _leads_to(link: Links) -> dict[str, str]:
    """Where a drag leads and where a click does, but for the dates."""
    return {
        "range": link.to(start_date=None, end_date=None),
        "log": link.to("log", start_date=None, end_date=None),
    }


def _chart(*layers: Spec) -> Spec:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": "container",
        "height": HEIGHT,
        "autosize": {"type": "fit", "contains": "padding"},
        # Below labels, whose descenders are not counted as theirs.
        "padding": {"left": 0, "top": 0, "right": 1, "bottom": 4},
        "data": {"name": "rows"},
        "config": CONFIG,
        "layer": list(layers),
    }


def _stack(names: Sequence[str]) -> Spec:
    return {
        "transform": [{"fold": list(names), "as": ["name", "value"]}, _make_stack("value", "t", "name")],
        "mark": _BAR,
        "encoding": {**_SPAN, **_HEIGHT_OF_STACK, "color": _colour(names)},
    }


def _make_stack(field: str, along: str, by: str) -> Spec:
    return {"stack": field, "groupby": [along], "sort": [{"field": by}], "as": ["low", "high"]}


def _lines(names: Sequence[str]) -> Spec:
    return {
        "transform": [{"fold": list(names), "as": ["name", "value"]}],
        "mark": {"type": "line", "point": {"size": 14}, "interpolate": "monotone"},
        "encoding": {
            "x": {"field": "mid", **_TIME},
            "y": {"field": "value", "type": "quantitative", "axis": _SECONDS},
            "color": _colour(names),
        },
    }


def _single(field: str, axis: Spec) -> Spec:
    height = {"y": {"field": field, "type": "quantitative", "axis": axis}, "y2": {"datum": 0}}
    return {"mark": _BAR, "encoding": {**_SPAN, **height}}


def _hits(says: str) -> Spec:
    """Over each step, from top to bottom, what the pointer finds there."""
    return {
        "name": "hits",
        "mark": {"type": "rect", "opacity": 0, "cursor": "pointer"},
        "encoding": {**_SPAN, "tooltip": {"field": says}},
    }


def _colour(names: Sequence[str], field: str = "name") -> Spec:
    scale = {"domain": list(names), "range": [COLOURS[name] for name in names]}
    return {"field": field, "type": "nominal", "scale": scale, "legend": None}
