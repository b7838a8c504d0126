"""The chart of calls over time, as rectangles that a template writes as SVG."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

HEIGHT = 100.0
STATUSES = ("failure", "partial", "success")


@dataclass(frozen=True)
class Bar:
    """One status in one step of time; y is measured from the top, in a chart 100 high."""

    status: str
    calls: int
    y: float
    height: float


@dataclass(frozen=True)
class Step:
    """One step of time."""

    start: datetime
    end: datetime
    calls: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Chart:
    """Steps from the first call to the last, without holes; `step` is how long each is."""

    steps: tuple[Step, ...]
    step: timedelta
    most_calls: int


def draw(activity: Mapping[str, Any]) -> Chart:
    """Stack the statuses of each step, failures at the bottom where they are easiest to compare."""
    step = timedelta(seconds=activity["step_s"])
    counted = {datetime.fromisoformat(row["start_time"]): row for row in activity["steps"]}
    most_calls = max((_calls(row) for row in counted.values()), default=0)
    steps = tuple(_step(start, step, counted.get(start, {}), most_calls) for start in _starts(counted, step))
    return Chart(steps, step, most_calls)


def _starts(counted: Mapping[datetime, Any], step: timedelta) -> list[datetime]:
    if not counted:
        return []
    first, last = min(counted), max(counted)
    return [first + number * step for number in range((last - first) // step + 1)]


def _step(start: datetime, step: timedelta, row: Mapping[str, Any], most_calls: int) -> Step:
    bars, top = [], HEIGHT
    for status in STATUSES:
        calls = row.get(status, 0)
        if calls:
            height = HEIGHT * calls / most_calls
            top -= height
            bars.append(Bar(status, calls, round(top, 2), round(height, 2)))
    start = start.astimezone(UTC)
    return Step(start, start + step, _calls(row), tuple(bars))


def _calls(row: Mapping[str, Any]) -> int:
    return sum(row.get(status, 0) for status in STATUSES)
