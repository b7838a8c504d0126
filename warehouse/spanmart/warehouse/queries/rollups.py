"""Marts that sum up calls by hours or days, asked for any span of time: cut ones are read call by call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from spanmart.warehouse.queries.filters import Filters, compose, list_filters_on
from spanmart.warehouse.utc import floor

Unit = Literal["hour", "day"]

WHOLE = "select * from marts.{mart} where {unit} >= $first_whole and {unit} < $end_whole and {where}"
# The same measures of single calls.
CALLS = "select * from marts.intermediate.call_measures where {where}"

_LENGTH: Mapping[Unit, timedelta] = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


@dataclass(frozen=True)
class Rollup:
    """A mart with a row for each `unit` of time and each combination of `keys`, which are columns of it.

    `calls` is the same of single calls, SQL with a `{where}`; the columns that those lack are not asked for.
    """

    name: str
    unit: Unit
    keys: frozenset[str]
    calls: str = CALLS

    @property
    def filters(self) -> frozenset[str]:
        """The filters that it can be asked by, besides those of time."""
        return list_filters_on(self.keys)


@dataclass(frozen=True)
class Rows:
    """Rows to sum up, as SQL and the parameters that it binds."""

    sql: str
    parameters: Mapping[str, Any]


def tells(mart: Rollup, filters: Filters) -> bool:
    """Whether the mart knows all that the filters ask for."""
    return filters.given.keys() <= mart.filters | {"start_date", "end_date"}


def rows_of(mart: Rollup, filters: Filters) -> Rows:
    """What `ask_rollup` gives, or where the mart cannot tell, all calls."""
    return ask_rollup(mart, filters) or calls_of(mart, filters)


def calls_of(mart: Rollup, filters: Filters) -> Rows:
    """The rows of single calls alone."""
    where = compose(filters)
    return Rows(mart.calls.format(where=where.sql), where.parameters)


def ask_rollup(mart: Rollup, filters: Filters) -> Rows | None:
    """The mart's rows of whole units, and the calls of those that are cut; None where it cannot tell."""
    given = filters.given
    start, end = given.pop("start_date", datetime.min), given.pop("end_date", datetime.max)
    length = _LENGTH[mart.unit]
    first_whole, end_whole = _round_up(start, length), floor(end, length)
    if not tells(mart, filters) or first_whole >= end_whole:
        return None
    keys = compose(Filters(**given))
    parameters: dict[str, Any] = {**keys.parameters, "first_whole": first_whole, "end_whole": end_whole}
    parts = [WHOLE.format(mart=mart.name, unit=mart.unit, where=keys.sql)]
    if start < first_whole:
        where = keys.narrow("created_at >= $start and created_at < $first_whole")
        parts.append(mart.calls.format(where=where.sql))
        parameters["start"] = start
    if end_whole < end < datetime.max:
        where = keys.narrow("created_at >= $end_whole and created_at < $end")
        parts.append(mart.calls.format(where=where.sql))
        parameters["end"] = end
    return Rows(" union all by name ".join(parts), parameters)


def _round_up(moment: datetime, unit: timedelta) -> datetime:
    """The first unit that begins then or later; none begins after the last one of all time."""
    begin = floor(moment, unit)
    return begin if moment == begin else min(begin, datetime.max - unit) + unit
