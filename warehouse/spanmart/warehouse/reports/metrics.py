"""Totals, rates, latency, cost and quality over the filtered interactions: call by call, or by hours."""

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import duckdb

from spanmart.warehouse.filters import Filters, compose
from spanmart.warehouse.reports import hourly_metrics
from spanmart.warehouse.reports.snapshot import fetch_records

# Rates are shares between 0 and 1, null where there is nothing to take a share of. Calls are added up once,
# by all keys together, and the groups from those sums; percentiles alone need the calls of each group again.
OVERALL_AND_GROUPS = """
with combinations as (
    select
        interaction_type, status, model_used as model, user_feedback,
        count(*) as calls,
        sum(processing_time_ms) as processing_time_ms,
        count(processing_time_ms) as timed_calls,
        sum(estimated_cost_usd) as cost_usd,
        count(*) filter (pricing_status = 'unpriced') as unpriced_calls,
        sum(input_tokens) as input_tokens,
        sum(output_tokens) as output_tokens,
        sum(tokens_used) as tokens,
        count(all_variables_present) as declaring_calls,
        count(*) filter (all_variables_present) as complete_calls,
        sum(quality_score) as quality_score,
        count(quality_score) as scored_calls
    from marts.interactions where {where}
    group by all
),
groups as (
    select
        grouping(interaction_type) = 0 as by_type,
        grouping(status) = 0 as by_status,
        grouping(model) = 0 as by_model,
        grouping(user_feedback) = 0 as by_feedback,
        interaction_type, status, model, user_feedback,
        coalesce(sum(calls), 0)::bigint as total_interactions,
        coalesce(sum(calls) filter (status = 'success'), 0)::bigint as success_count,
        coalesce(sum(calls) filter (status = 'failure'), 0)::bigint as failure_count,
        coalesce(sum(calls) filter (status = 'partial'), 0)::bigint as partial_count,
        success_count / nullif(total_interactions, 0) as success_rate,
        failure_count / nullif(total_interactions, 0) as failure_rate,
        partial_count / nullif(total_interactions, 0) as partial_rate,
        sum(processing_time_ms) / nullif(sum(timed_calls), 0) as average_processing_time_ms,
        case when total_interactions = 0 then 0 else sum(cost_usd) end as total_cost_usd,
        coalesce(sum(unpriced_calls), 0)::bigint as unpriced_count,
        coalesce(sum(input_tokens), 0)::bigint as total_input_tokens,
        coalesce(sum(output_tokens), 0)::bigint as total_output_tokens,
        coalesce(sum(tokens), 0)::bigint as total_tokens,
        sum(complete_calls) / nullif(sum(declaring_calls), 0) as data_quality_rate,
        coalesce(sum(declaring_calls) - sum(complete_calls), 0)::bigint as incomplete_count,
        sum(quality_score) / nullif(sum(scored_calls), 0) as average_quality_score,
        coalesce(sum(scored_calls), 0)::bigint as scored_count
    from combinations
    group by grouping sets ((), (interaction_type), (status), (model), (user_feedback))
),
percentiles as (
    select
        grouping(interaction_type) = 0 as by_type,
        grouping(status) = 0 as by_status,
        grouping(model_used) = 0 as by_model,
        interaction_type, status, model_used as model,
        quantile_cont(processing_time_ms, [0.5, 0.95, 0.99]) as processing_time_ms
    from marts.interactions where {where}
    group by grouping sets ((), (interaction_type), (status), (model_used))
)
select
    groups.*,
    percentiles.processing_time_ms[1] as p50_processing_time_ms,
    percentiles.processing_time_ms[2] as p95_processing_time_ms,
    percentiles.processing_time_ms[3] as p99_processing_time_ms
from groups
left join percentiles
    on (by_feedback, groups.by_type, groups.by_status, groups.by_model)
        = (false, percentiles.by_type, percentiles.by_status, percentiles.by_model)
    and groups.interaction_type is not distinct from percentiles.interaction_type
    and groups.status is not distinct from percentiles.status
    and groups.model is not distinct from percentiles.model
order by total_interactions desc, groups.interaction_type, groups.status, groups.model
"""

FEEDBACK = ("no_feedback", "accepted", "rejected", "modified")

# Twelve to fifty columns are what a chart of this size can show, whatever the span of time.
ACTIVITY_STEPS_S = (60, 300, 900, 3600, 4 * 3600, 24 * 3600, 7 * 24 * 3600, 28 * 24 * 3600, 364 * 24 * 3600)
MAX_ACTIVITY_COLUMNS = 48

TIME_SPAN = "select epoch(max(created_at) - min(created_at)) from marts.interactions where {where}"
ACTIVITY = """
select
    strftime(time_bucket(to_seconds($step_s), created_at, timestamp '1970-01-05'), '%Y-%m-%dT%H:%M:%SZ')
        as start_time,
    count(*) filter (status = 'success') as success,
    count(*) filter (status = 'partial') as partial,
    count(*) filter (status = 'failure') as failure
from marts.interactions where {where}
group by 1 order by 1
"""


def measure(connection: duckdb.DuckDBPyConnection, filters: Filters) -> dict[str, Any]:
    """Everything that `GET /api/ai-interactions/metrics` answers."""
    hours = hourly_metrics.metrics_of(filters)
    if hours and hourly_metrics.count_calls(connection, hours) > hourly_metrics.MANY_CALLS:
        rows, feedback = hourly_metrics.measure(connection, hours)
    else:
        rows, feedback = _measure_calls(connection, filters)
    rows = [{name: _plain(value) for name, value in row.items()} for row in rows]
    return {
        **_measures(next(row for row in rows if not _is_group(row))),
        "feedback": {judgement: feedback.get(judgement, 0) for judgement in FEEDBACK},
        "by_type": _groups(rows, "by_type", "interaction_type"),
        "by_status": _groups(rows, "by_status", "status"),
        "by_model": _groups(rows, "by_model", "model"),
    }


def _measure_calls(
    connection: duckdb.DuckDBPyConnection, filters: Filters
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    where = compose(filters)
    connection.execute(OVERALL_AND_GROUPS.format(where=where.sql), where.parameters)
    rows = fetch_records(connection)
    return rows, {row["user_feedback"]: row["total_interactions"] for row in rows if row["by_feedback"]}


def activity(connection: duckdb.DuckDBPyConnection, filters: Filters) -> dict[str, Any]:
    """Calls by status in equal steps of time: `step_s` seconds, and a row for each step that has calls."""
    where = compose(filters)
    span = connection.execute(TIME_SPAN.format(where=where.sql), where.parameters).fetchone()
    seconds = float(span[0]) if span and span[0] is not None else 0.0
    step_s = next(
        (step for step in ACTIVITY_STEPS_S if seconds / step < MAX_ACTIVITY_COLUMNS), ACTIVITY_STEPS_S[-1]
    )
    connection.execute(ACTIVITY.format(where=where.sql), {**where.parameters, "step_s": step_s})
    return {"step_s": step_s, "steps": fetch_records(connection)}


_GROUP_FLAGS = ("by_type", "by_status", "by_model", "by_feedback")
_GROUP_KEYS = ("interaction_type", "status", "model", "user_feedback")


def _is_group(row: Mapping[str, Any]) -> bool:
    return any(row.get(flag) for flag in _GROUP_FLAGS)


def _measures(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in (*_GROUP_FLAGS, *_GROUP_KEYS)}


def _groups(rows: list[dict[str, Any]], flag: str, key: str) -> list[dict[str, Any]]:
    return [{key: row[key], **_measures(row)} for row in rows if row[flag]]


def _plain(value: object) -> object:
    """Decimal as float, and nothing that JSON cannot say."""
    if isinstance(value, Decimal):
        return float(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value
