"""Marts with rows of whole UTC days, asked for any span of time: cut days are read call by call.

Where a filter says what a mart does not know, all is read call by call.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from spanmart.warehouse.filters import Filters, compose

_DAY = timedelta(days=1)
_END_OF_TIME = datetime(9999, 12, 31)

DAYS = "select * from marts.{mart} where day >= $first_day and day < $end_day and {where}"
CALLS = "select {columns} from marts.interactions where {where}"


@dataclass(frozen=True)
class DailyMart:
    """A mart, its columns as a call has them, and the filters that it can tell."""

    name: str
    of_a_call: str
    filters: frozenset[str]


@dataclass(frozen=True)
class Rows:
    """Rows to sum up, as SQL and the parameters that it binds."""

    sql: str
    parameters: Mapping[str, Any]


def tells(mart: DailyMart, filters: Filters) -> bool:
    """Whether the mart knows all that the filters ask for."""
    given = {name for name in Filters.model_fields if getattr(filters, name) is not None}
    return given <= mart.filters | {"start_date", "end_date"}


def rows_of(mart: DailyMart, filters: Filters) -> Rows:
    """The mart's rows of whole days, and the calls of days that the filters cut."""
    given = {name: value for name in Filters.model_fields if (value := getattr(filters, name)) is not None}
    start, end = given.pop("start_date", datetime.min), given.pop("end_date", _END_OF_TIME)
    first_day, end_day = _day_after(start), _day_of(min(end, _END_OF_TIME))
    columns = mart.of_a_call
    if not tells(mart, filters) or first_day >= end_day:
        where = compose(filters)
        return Rows(CALLS.format(columns=columns, where=where.sql), where.parameters)
    keys = compose(Filters(**given))
    parameters: dict[str, Any] = {**keys.parameters, "first_day": first_day, "end_day": end_day}
    parts = [DAYS.format(mart=mart.name, where=keys.sql)]
    if start < first_day:
        where = keys.narrowed("created_at >= $start and created_at < $first_day")
        parts.append(CALLS.format(columns=columns, where=where.sql))
        parameters["start"] = start
    if end_day < end < _END_OF_TIME:
        where = keys.narrowed("created_at >= $end_day and created_at < $end")
        parts.append(CALLS.format(columns=columns, where=where.sql))
        parameters["end"] = end
    return Rows(" union all by name ".join(parts), parameters)


def _day_of(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _day_after(moment: datetime) -> datetime:
    return moment if moment == _day_of(moment) else min(_day_of(moment), _END_OF_TIME - _DAY) + _DAY
