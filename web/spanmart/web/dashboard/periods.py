"""Spans of time that people ask for by name, and the one to compare a span with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from spanmart.warehouse.queries.filters import Filters
from spanmart.web.dashboard.query import DashboardQuery

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

    Today until now is compared with yesterday until the same time, seven days with the seven before, whole
    months with as many months before, all as the clock on the reader's wall has it.
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
        before = _move_before(query, start, end)
        return Comparison(_filter_between(query, *before), *before)
    except OverflowError:
        return None


def _move_before(query: DashboardQuery, start: datetime, end: datetime) -> tuple[datetime, datetime]:
    # Within one zone this is what the clock says, whatever a day's length: midnight stays midnight.
    length = end.replace(tzinfo=None) - start.replace(tzinfo=None)
    if query.compare == "week":
        shift = 7 * DAY * -(-length // (7 * DAY))
    elif _begins_a_month(start) and _begins_a_month(end):
        months = 12 * (end.year - start.year) + end.month - start.month
        return _months_before(start, months), start
    elif start.time() == time():
        shift = DAY * -(-length // DAY)
    else:
        # As long in hours, which a clock that is set back says twice.
        shift = end.astimezone(UTC) - start.astimezone(UTC)
        return (start.astimezone(UTC) - shift).astimezone(start.tzinfo), start
    return start - shift, end - shift


def _begins_a_month(moment: datetime) -> bool:
    return moment.day == 1 and moment.time() == time()


def _months_before(moment: datetime, months: int) -> datetime:
    year, month = divmod(12 * moment.year + moment.month - 1 - months, 12)
    if year < 1:
        raise OverflowError("There is no month before the first one.")
    return moment.replace(year=year, month=month + 1)


def _filter_between(query: DashboardQuery, start: datetime, end: datetime) -> Filters:
    given = {name: getattr(query, name) for name in Filters.model_fields}
    return Filters.model_validate({**given, "start_date": start, "end_date": end})
