"""The same figures step by step in time, and how long calls took: what charts are drawn from."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any

import duckdb

from spanmart.warehouse.queries.filters import Filters, Where, compose
from spanmart.warehouse.queries.rollups import calls_of
from spanmart.warehouse.queries.snapshot import fetch_records
from spanmart.warehouse.queries.summaries import hourly_metrics
from spanmart.warehouse.queries.summaries.hourly_metrics import STEP
from spanmart.warehouse.utc import naive_utc

# Twelve to fifty steps are what a chart can show, whatever the span of time.
MOST_STEPS = 48
STEPS_S = (60, 300, 900, 3600, 4 * 3600)
STEPS_DAYS = (1, 7, 28, 364)
_A_MONDAY = datetime(1970, 1, 5).toordinal()
_HOUR_S = 3600

# A chart reaches from the first call to the last, but not across so many years without any: a clock that was
# never set must not press all calls into one step. Where it was set is where most calls are.
MOST_YEARS_BETWEEN = 5
FIRST_MOMENT, LAST_MOMENT = datetime(1900, 1, 1), datetime(2300, 1, 1)
TIME_SPAN = "select min(created_at)::varchar, max(created_at)::varchar from marts.interactions where {where}"
LONGEST_STRETCH = """
with days as (
    select day, count(*) as calls, min(created_at) as first_at, max(created_at) as last_at
    from marts.interactions
    where {where} and created_at >= $first_moment and created_at < $last_moment
    group by day
),
apart as (
    select *, coalesce(day - lag(day) over (order by day) > 366 * {years}, false) as is_apart from days
),
stretches as (select *, count(*) filter (is_apart) over (order by day) as stretch from apart)
select min(first_at), max(last_at) from stretches
group by stretch order by sum(calls) desc, stretch desc limit 1
"""

# Rows find their step by the unit of time that they lie in: there are few units, and many rows.
UNITS = """
starts as (select unnest($starts::timestamp[]) as start_time),
units as (
    select unit, start_time from (select distinct unit from {rows} where unit < $end_of_steps)
    asof join starts on unit >= start_time
)
"""
SUMS = """
    coalesce(sum(interactions) filter (status = 'success'), 0)::bigint as success,
    coalesce(sum(interactions) filter (status = 'partial'), 0)::bigint as partial,
    coalesce(sum(interactions) filter (status = 'failure'), 0)::bigint as failure,
    sum(estimated_cost_usd) as cost_usd,
    sum(input_tokens)::hugeint as input_tokens,
    sum(cached_input_tokens)::hugeint as cached_input_tokens,
    sum(output_tokens)::hugeint as output_tokens,
    sum(reasoning_tokens)::hugeint as reasoning_tokens
"""
CALLS = """
with calls as (
    select *, time_bucket(to_seconds($unit_s), created_at) as unit from ({calls})
    where created_at >= $starts[1] and created_at < $end_of_steps
),
{units}
select
    start_time,
    {sums},
    quantile_cont(processing_time_ms, [0.5, 0.95, 0.99]) as percentiles_ms
from calls join units using (unit)
group by start_time order by start_time
"""
HOURS = """
with metrics as ({metrics}),
hours as (select distinct hour as unit from metrics where hour >= $starts[1] and hour < $end_of_steps),
{units},
placed as (select metrics.*, start_time from metrics join units on hour = unit),
steps as (select start_time, unnest(map_entries(processing_time_histogram), recursive := true) from placed),
counted as (select start_time, key, sum(value) as calls from steps group by all),
shares as (
    select
        start_time, key,
        sum(calls) over (partition by start_time order by key)
            / sum(calls) over (partition by start_time) as share
    from counted
),
percentiles as (
    select
        start_time,
        [
            {step} ** (min(key) filter (share >= 0.5) + 0.5),
            {step} ** (min(key) filter (share >= 0.95) + 0.5),
            {step} ** (min(key) filter (share >= 0.99) + 0.5)
        ] as percentiles_ms
    from shares group by start_time
),
sums as (
    select
        start_time,
        {sums}
    from placed group by start_time
)
select * from sums left join percentiles using (start_time) order by start_time
"""

# Longer than thirty years is all the same.
_BINS = {"longest": "1e12", "step": STEP}
# Seven steps of two per cent are one of fifteen: five of these double the time.
CALL_TIMES = """
select
    floor(ln(least(greatest(processing_time_ms, 0.001), {longest})) / ln({step}) / 7)::int as bin,
    status, count(*) as calls
from marts.interactions where {where} and isfinite(processing_time_ms)
group by all order by all
"""
HOURLY_TIMES = """
with metrics as ({metrics}),
steps as (select status, unnest(map_entries(processing_time_histogram), recursive := true) from metrics)
select floor(least(key, ln({longest}) / ln({step})) / 7)::int as bin, status, sum(value)::bigint as calls
from steps
group by all order by all
"""

SCORES = """
select greatest(least(floor(quality_score / 10), 9), 0)::int as bin, count(*) as calls
from marts.interactions where {where} and isfinite(quality_score)
group by bin order by bin
"""


@dataclass(frozen=True)
class Steps:
    """The moments at which steps begin, in UTC, and the one at which the last of them ends."""

    starts: tuple[datetime, ...]
    end: datetime

    @property
    def unit_s(self) -> int:
        """The longest unit of time of which each step is a whole number, an hour at most."""
        return math.gcd(_HOUR_S, *(int(start.replace(tzinfo=UTC).timestamp()) for start in self.starts))


def steps_of(first: datetime, last: datetime, zone: tzinfo) -> Steps:
    """Steps from the first moment to the last (both UTC). Those of days begin at midnight in the zone."""
    span_s = (last - first).total_seconds()
    midnight = datetime.combine(_local(first, zone).date(), time(), zone)
    step_s = next((step for step in STEPS_S if span_s / step < MOST_STEPS), None)
    if step_s is not None:
        start, step = naive_utc(midnight), timedelta(seconds=step_s)
        start += step * ((first - start) // step)
        count = (last - start) // step + 1
        moments = [start + number * step for number in range(count + 1)]
    else:
        days = next((days for days in STEPS_DAYS if span_s / days / 86_400 < MOST_STEPS), None)
        days = days or STEPS_DAYS[-1] * math.ceil(span_s / STEPS_DAYS[-1] / 86_400 / MOST_STEPS)
        midnight -= timedelta(days=(midnight.toordinal() - _A_MONDAY) % days)
        moments = [naive_utc(midnight)]
        while moments[-1] <= last:
            midnight += timedelta(days=days)
            moments.append(naive_utc(midnight))
    return Steps(tuple(moments[:-1]), moments[-1])


def over_time(connection: duckdb.DuckDBPyConnection, filters: Filters, zone: tzinfo) -> list[dict[str, Any]]:
    """One row a step, from the first call to the last, with those that have none.

    Calls that lie many years from most are left out.
    """
    span = _time_span(connection, compose(filters))
    if span is None:
        return []
    steps = steps_of(*span, zone)
    found = {row["start_time"]: row for row in _rows(connection, filters, steps)}
    ends = (*steps.starts[1:], steps.end)
    return [_step(start, end, found.get(start, {})) for start, end in zip(steps.starts, ends, strict=True)]


def _time_span(connection: duckdb.DuckDBPyConnection, where: Where) -> tuple[datetime, datetime] | None:
    found = connection.execute(TIME_SPAN.format(where=where.sql), where.parameters).fetchone()
    if not found or found[0] is None:
        return None
    try:
        # As text, for DuckDB knows moments that Python does not.
        first, last = (datetime.fromisoformat(each) for each in found)
    except ValueError:
        first, last = datetime.min, datetime.max
    if (
        first >= FIRST_MOMENT
        and last < LAST_MOMENT
        and last - first < timedelta(days=366) * MOST_YEARS_BETWEEN
    ):
        return first, last
    statement = LONGEST_STRETCH.format(where=where.sql, years=MOST_YEARS_BETWEEN)
    sane = {"first_moment": FIRST_MOMENT, "last_moment": LAST_MOMENT}
    return connection.execute(statement, {**where.parameters, **sane}).fetchone()


def _rows(connection: duckdb.DuckDBPyConnection, filters: Filters, steps: Steps) -> list[dict[str, Any]]:
    hours = hourly_metrics.many(connection, filters)
    by_hours = hours is not None and (steps.end - steps.starts[0]) / len(steps.starts) >= timedelta(hours=1)
    unit = timedelta(seconds=_HOUR_S if by_hours else steps.unit_s)
    places = {"starts": list(steps.starts), "end_of_steps": steps.end}
    if hours and by_hours:
        statement = HOURS.format(metrics=hours.sql, units=UNITS.format(rows="hours"), sums=SUMS, step=STEP)
        connection.execute(statement, {**hours.parameters, **places})
    else:
        calls = calls_of(hourly_metrics.METRICS_HOURLY, filters)
        statement = CALLS.format(calls=calls.sql, units=UNITS.format(rows="calls"), sums=SUMS)
        connection.execute(statement, {**calls.parameters, **places, "unit_s": int(unit.total_seconds())})
    return fetch_records(connection)


def processing_times(connection: duckdb.DuckDBPyConnection, filters: Filters) -> list[dict[str, Any]]:
    """How many calls of each status took from `from_ms` to `to_ms`."""
    hours, where = hourly_metrics.many(connection, filters), compose(filters)
    if hours:
        statement, parameters = HOURLY_TIMES.format(metrics=hours.sql, **_BINS), hours.parameters
    else:
        statement, parameters = CALL_TIMES.format(where=where.sql, **_BINS), where.parameters
    connection.execute(statement, parameters)
    return [
        {"from_ms": STEP ** (7 * row["bin"]), "to_ms": STEP ** (7 * row["bin"] + 7), **row}
        for row in fetch_records(connection)
    ]


def quality_scores(connection: duckdb.DuckDBPyConnection, filters: Filters) -> list[dict[str, Any]]:
    """How many calls have which score, by tens; 100 counts with the nineties."""
    where = compose(filters)
    connection.execute(SCORES.format(where=where.sql), where.parameters)
    return fetch_records(connection)


_NOTHING: Mapping[str, Any] = {
    **dict.fromkeys(("success", "partial", "failure"), 0),
    **dict.fromkeys(("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_tokens"), 0),
}


def _step(start: datetime, end: datetime, row: Mapping[str, Any]) -> dict[str, Any]:
    measures = dict(row or _NOTHING)
    percentiles = measures.pop("percentiles_ms", None) or (None, None, None)
    p50, p95, p99 = (each if each is not None and math.isfinite(each) else None for each in percentiles)
    cost = measures.pop("cost_usd", None if row else Decimal(0))
    return {
        **measures,
        "start_time": start.replace(tzinfo=UTC),
        "end_time": end.replace(tzinfo=UTC),
        "calls": measures["success"] + measures["partial"] + measures["failure"],
        "cost_usd": None if cost is None else float(cost),
        "p50_ms": p50,
        "p95_ms": p95,
        "p99_ms": p99,
    }


def _local(moment: datetime, zone: tzinfo) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(zone)
