"""Metrics of very many calls, summed up by hours: the same figures as call by call, but for percentiles.

Those are read from histograms in steps of two per cent, and so are off by one per cent at most.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb

from spanmart.warehouse.filters import Filters, compose
from spanmart.warehouse.reports.grouping import EACH, Grouping
from spanmart.warehouse.reports.snapshot import fetch_records

# So many calls are quickly read one by one, and then percentiles are exact.
MANY_CALLS = 100_000

# What hours are told apart by: a filter on it takes a whole row or leaves it.
_KEYS = frozenset({"interaction_type", "status", "model"})
_HOUR = timedelta(hours=1)
_END_OF_TIME = datetime(9999, 12, 31, 23)

HOURS = "from marts.metrics_hourly where hour >= $first_hour and hour < $end_hour and {keys}"
CALLS = """
select * exclude (interaction_id, created_at) from marts.intermediate.int_metrics_by_call
where created_at >= {since} and created_at < {until} and {keys}
"""

COUNT = "with metrics as ({metrics}) select coalesce(sum(interactions), 0)::bigint as calls from metrics"

SUMS = """
with metrics as ({metrics})
select
    {columns},
    sum(interactions)::bigint as total_interactions,
    coalesce(sum(interactions) filter (status = 'success'), 0)::bigint as success_count,
    coalesce(sum(interactions) filter (status = 'failure'), 0)::bigint as failure_count,
    coalesce(sum(interactions) filter (status = 'partial'), 0)::bigint as partial_count,
    success_count / total_interactions as success_rate,
    failure_count / total_interactions as failure_rate,
    partial_count / total_interactions as partial_rate,
    sum(processing_time_ms_sum) / sum(timed_interactions) as average_processing_time_ms,
    sum(estimated_cost_usd) as total_cost_usd,
    sum(unpriced_interactions)::bigint as unpriced_count,
    coalesce(sum(input_tokens), 0)::bigint as total_input_tokens,
    coalesce(sum(output_tokens), 0)::bigint as total_output_tokens,
    coalesce(sum(tokens_used), 0)::bigint as total_tokens,
    sum(complete_interactions) / nullif(sum(declaring_interactions), 0) as data_quality_rate,
    sum(declaring_interactions - complete_interactions)::bigint as incomplete_count,
    sum(quality_score_sum) / sum(scored) as average_quality_score,
    sum(scored)::bigint as scored_count
from metrics group by {sets}
order by total_interactions desc, interaction_type, status, model
"""

FEEDBACK = """
with metrics as ({metrics})
select
    sum(no_feedback)::bigint as no_feedback,
    sum(accepted)::bigint as accepted,
    sum(rejected)::bigint as rejected,
    sum(modified)::bigint as modified
from metrics
"""

# Groups by number: comparing three names for each step of each histogram takes twice as long.
PERCENTILES = """
with metrics as ({metrics}),
groups as (
    select interaction_type, status, model_used, row_number() over () as number
    from (select distinct interaction_type, status, model_used from metrics)
),
steps as (
    select groups.number, unnest(map_entries(metrics.processing_time_histogram), recursive := true)
    from metrics join groups
        on metrics.interaction_type = groups.interaction_type and metrics.status = groups.status
        and metrics.model_used is not distinct from groups.model_used
),
counted as (select number, key, sum(value::bigint) as calls from steps group by number, key),
summed as (
    select {columns}, key, sum(calls) as calls from counted join groups using (number) group by key, {sets}
),
shares as (
    select * exclude (calls), sum(calls) over (of_group order by key) / sum(calls) over of_group as share
    from summed
    window of_group as (partition by by_type, by_status, by_model, interaction_type, status, model)
)
select
    by_type, by_status, by_model, interaction_type, status, model,
    1.02 ** (min(key) filter (share >= 0.5) + 0.5) as p50_processing_time_ms,
    1.02 ** (min(key) filter (share >= 0.95) + 0.5) as p95_processing_time_ms,
    1.02 ** (min(key) filter (share >= 0.99) + 0.5) as p99_processing_time_ms
from shares group by all
"""
_GROUP = ("by_type", "by_status", "by_model", "interaction_type", "status", "model")
_UNKNOWN = dict.fromkeys(("p50_processing_time_ms", "p95_processing_time_ms", "p99_processing_time_ms"))


@dataclass(frozen=True)
class Metrics:
    """The rows to sum up, as SQL and the parameters that it binds."""

    sql: str
    parameters: Mapping[str, Any]


def metrics_of(filters: Filters) -> Metrics | None:
    """Whole hours, and one by one the calls of hours that the filters cut; None where hours cannot tell."""
    given = filters.model_dump(exclude_none=True)
    start, end = given.pop("start_date", datetime.min), given.pop("end_date", _END_OF_TIME)
    if given.keys() - _KEYS or start > _END_OF_TIME:
        return None
    first_hour, end_hour = _hour_after(start), _hour_of(end)
    if first_hour >= end_hour:
        return None
    keys = compose(Filters(**given))
    parameters = {**keys.parameters, "first_hour": first_hour, "end_hour": end_hour}
    parts = [HOURS.format(keys=keys.sql)]
    if start < first_hour:
        parts.append(CALLS.format(since="$start", until="$first_hour", keys=keys.sql))
        parameters["start"] = start
    if end_hour < end:
        parts.append(CALLS.format(since="$end_hour", until="$end", keys=keys.sql))
        parameters["end"] = end
    return Metrics(" union all by name ".join(parts), parameters)


def many(connection: duckdb.DuckDBPyConnection, filters: Filters) -> Metrics | None:
    """The rows to sum up where hours can tell and there are many calls, else None."""
    metrics = metrics_of(filters)
    return metrics if metrics and count_calls(connection, metrics) > MANY_CALLS else None


def count_calls(connection: duckdb.DuckDBPyConnection, metrics: Metrics) -> int:
    """How many calls they sum up."""
    [row] = _ask(connection, COUNT, metrics)
    return int(row["calls"])


def measure(
    connection: duckdb.DuckDBPyConnection, metrics: Metrics, grouping: Grouping = EACH
) -> list[dict[str, Any]]:
    """A record for all, and one for each group."""
    percentiles = {_group(row): row for row in _ask(connection, PERCENTILES, metrics, grouping)}
    return [row | percentiles.get(_group(row), _UNKNOWN) for row in _ask(connection, SUMS, metrics, grouping)]


def count_feedback(connection: duckdb.DuckDBPyConnection, metrics: Metrics) -> dict[str, int]:
    """How many calls have which feedback."""
    [feedback] = _ask(connection, FEEDBACK, metrics)
    return feedback


def _ask(
    connection: duckdb.DuckDBPyConnection, statement: str, metrics: Metrics, grouping: Grouping = EACH
) -> list[dict[str, Any]]:
    connection.execute(
        statement.format(metrics=metrics.sql, columns=grouping.columns, sets=grouping.sets),
        metrics.parameters,
    )
    return fetch_records(connection)


def _group(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _GROUP)


def _hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _hour_after(moment: datetime) -> datetime:
    return moment if moment == _hour_of(moment) else _hour_of(moment) + _HOUR
