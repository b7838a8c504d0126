"""The same figures step by step in time, and how long calls took: what charts are drawn from."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any

import duckdb

from spanmart.warehouse.filters import Filters, compose
from spanmart.warehouse.reports import hourly_metrics
from spanmart.warehouse.reports.snapshot import fetch_records
from spanmart.warehouse.utc import floor, unsaid

# Twelve to fifty steps are what a chart can show, whatever the span of time.
MOST_STEPS = 48
STEPS_S = (60, 300, 900, 3600, 4 * 3600)
STEPS_DAYS = (1, 7, 28, 364)
_A_MONDAY = datetime(1970, 1, 5).toordinal()
_HOUR_S = 3600

TIME_SPAN = "select min(created_at), max(created_at) from marts.interactions where {where}"

# Rows find their step by the unit of time that they lie in: there are few units, and many rows.
UNITS = """
starts as (select unnest($starts::timestamp[]) as start_time),
units as (
    select unit, start_time
    from (select unnest(generate_series($first_unit, $last_unit, to_seconds($unit_s))) as unit)
    asof join starts on unit >= start_time
),
"""
CALLS = """
with {units}
calls as (
    select *, time_bucket(to_seconds($unit_s), created_at) as unit from marts.interactions where {where}
)
select
    start_time,
    count(*) filter (status = 'success') as success,
    count(*) filter (status = 'partial') as partial,
    count(*) filter (status = 'failure') as failure,
    quantile_cont(processing_time_ms, [0.5, 0.95, 0.99]) as percentiles_ms,
    sum(estimated_cost_usd) as cost_usd,
    sum(input_tokens)::bigint as input_tokens,
    sum(cached_input_tokens)::bigint as cached_input_tokens,
    sum(output_tokens)::bigint as output_tokens,
    sum(reasoning_tokens)::bigint as reasoning_tokens
from calls join units using (unit)
group by start_time order by start_time
"""
HOURS = """
with metrics as ({metrics}), {units}
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
            1.02 ** (min(key) filter (share >= 0.5) + 0.5),
            1.02 ** (min(key) filter (share >= 0.95) + 0.5),
            1.02 ** (min(key) filter (share >= 0.99) + 0.5)
        ] as percentiles_ms
    from shares group by start_time
),
sums as (
    select
        start_time,
        coalesce(sum(interactions) filter (status = 'success'), 0)::bigint as success,
        coalesce(sum(interactions) filter (status = 'partial'), 0)::bigint as partial,
        coalesce(sum(interactions) filter (status = 'failure'), 0)::bigint as failure,
        sum(estimated_cost_usd) as cost_usd,
        sum(input_tokens)::bigint as input_tokens,
        sum(cached_input_tokens)::bigint as cached_input_tokens,
        sum(output_tokens)::bigint as output_tokens,
        sum(reasoning_tokens)::bigint as reasoning_tokens
    from placed group by start_time
)
select * from sums left join percentiles using (start_time) order by start_time
"""

# Seven steps of two per cent are one of fifteen: five of these double the time.
CALL_TIMES = """
select floor(ln(greatest(processing_time_ms, 0.001)) / ln(1.02) / 7)::int as bin, status, count(*) as calls
from marts.interactions where {where} and processing_time_ms is not null
group by all order by all
"""
HOURLY_TIMES = """
with metrics as ({metrics}),
steps as (select status, unnest(map_entries(processing_time_histogram), recursive := true) from metrics)
select floor(key / 7)::int as bin, status, sum(value)::bigint as calls from steps
group by all order by all
"""

SCORES = """
select least(floor(quality_score / 10), 9)::int as bin, count(*) as calls
from marts.interactions where {where} and quality_score is not null
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
        start, step = unsaid(midnight), timedelta(seconds=step_s)
        start += step * ((first - start) // step)
        count = (last - start) // step + 1
        moments = [start + number * step for number in range(count + 1)]
    else:
        days = next((days for days in STEPS_DAYS if span_s / days / 86_400 < MOST_STEPS), STEPS_DAYS[-1])
        midnight -= timedelta(days=(midnight.toordinal() - _A_MONDAY) % days)
        moments = [unsaid(midnight)]
        while moments[-1] <= last:
            midnight += timedelta(days=days)
            moments.append(unsaid(midnight))
    return Steps(tuple(moments[:-1]), moments[-1])


def over_time(connection: duckdb.DuckDBPyConnection, filters: Filters, zone: tzinfo) -> list[dict[str, Any]]:
    """One row a step, from the first call to the last, with those that have none."""
    where = compose(filters)
    span = connection.execute(TIME_SPAN.format(where=where.sql), where.parameters).fetchone()
    if not span or span[0] is None:
        return []
    steps = steps_of(span[0], span[1], zone)
    found = {row["start_time"]: row for row in _rows(connection, filters, steps)}
    ends = (*steps.starts[1:], steps.end)
    return [_step(start, end, found.get(start, {})) for start, end in zip(steps.starts, ends, strict=True)]


def _rows(connection: duckdb.DuckDBPyConnection, filters: Filters, steps: Steps) -> list[dict[str, Any]]:
    hours = hourly_metrics.many(connection, filters)
    by_hours = hours is not None and (steps.end - steps.starts[0]) / len(steps.starts) >= timedelta(hours=1)
    unit = timedelta(seconds=_HOUR_S if by_hours else steps.unit_s)
    places = {
        "starts": list(steps.starts),
        "first_unit": floor(steps.starts[0], unit),
        "last_unit": floor(steps.end, unit),
        "unit_s": int(unit.total_seconds()),
    }
    where = compose(filters)
    if hours and by_hours:
        connection.execute(HOURS.format(metrics=hours.sql, units=UNITS), {**hours.parameters, **places})
    else:
        connection.execute(CALLS.format(where=where.sql, units=UNITS), {**where.parameters, **places})
    return fetch_records(connection)


def processing_times(connection: duckdb.DuckDBPyConnection, filters: Filters) -> list[dict[str, Any]]:
    """How many calls of each status took from `from_ms` to `to_ms`."""
    hours, where = hourly_metrics.many(connection, filters), compose(filters)
    if hours:
        connection.execute(HOURLY_TIMES.format(metrics=hours.sql), hours.parameters)
    else:
        connection.execute(CALL_TIMES.format(where=where.sql), where.parameters)
    return [
        {"from_ms": 1.02 ** (7 * row["bin"]), "to_ms": 1.02 ** (7 * row["bin"] + 7), **row}
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
    p50, p95, p99 = measures.pop("percentiles_ms", None) or (None, None, None)
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
