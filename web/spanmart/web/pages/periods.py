"""Spans of time that people ask for by name, and the one to compare a span with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from spanmart.warehouse.filters import Filters
from spanmart.web.pages.query import DashboardQuery

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Preset:
    """A span of time as it stands in the address; None is an open end."""

    start_date: str | None = None
    end_date: str | None = None


def presets(now: datetime, zone: tzinfo) -> Mapping[str, Preset]:
    """The spans that one click chooses, by their name."""
    today = now.astimezone(zone).date()
    monday = today - today.weekday() * DAY
    hour_of_yesterday = (now - DAY).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return {
        "Today": Preset(str(today)),
        "Yesterday": Preset(str(today - DAY), str(today - DAY)),
        # From a full hour, so that the link stays the same for that long.
        "Last 24 h": Preset(f"{hour_of_yesterday:%Y-%m-%dT%H:%M:%SZ}"),
        "7 days": Preset(str(today - 6 * DAY)),
        "Last week": Preset(str(monday - 7 * DAY), str(monday - DAY)),
        "30 days": Preset(str(today - 29 * DAY)),
        "90 days": Preset(str(today - 89 * DAY)),
        "This month": Preset(str(today.replace(day=1))),
        "All time": Preset(),
    }


@dataclass(frozen=True)
class Comparison:
    """The interactions to compare with, and when they were, in the reader's time zone."""

    filters: Filters
    start: datetime
    end: datetime


def comparison(query: DashboardQuery, now: datetime) -> Comparison | None:
    """The span before, as long, or the same days of an earlier week; None without a beginning or a wish.

    Today until now is compared with yesterday until the same time, seven days with the seven before.
    """
    if query.start_date is None or query.compare == "none":
        return None
    first, last = query.start_date.replace(tzinfo=UTC), now
    if query.end_date:
        last = min(query.end_date.replace(tzinfo=UTC), now)
    if last <= first:
        return None
    try:
        start, end = first.astimezone(query.zone), last.astimezone(query.zone)
        shift = _shift(query, start, last - first)
        # Within one zone this is what the clock on the wall says: midnight stays midnight.
        return Comparison(_between(query, start - shift, end - shift), start - shift, end - shift)
    except OverflowError:
        return None


def _shift(query: DashboardQuery, start: datetime, length: timedelta) -> timedelta:
    if query.compare == "week":
        return 7 * DAY * -(-length // (7 * DAY))
    return DAY * -(-length // DAY) if start.time() == time() else length


def _between(query: DashboardQuery, start: datetime, end: datetime) -> Filters:
    given = {name: getattr(query, name) for name in Filters.model_fields}
    return Filters.model_validate({**given, "start_date": start, "end_date": end})
