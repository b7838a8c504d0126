"""Totals, rates, latency, cost and quality over the filtered interactions: call by call, or by hours."""

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import duckdb

from spanmart.warehouse.queries.filters import Filters, compose
from spanmart.warehouse.queries.grouping import EACH, MODEL_ASKED_FOR, TOTAL, Grouping
from spanmart.warehouse.queries.snapshot import fetch_records
from spanmart.warehouse.queries.summaries import hourly_metrics

# Rates are shares between 0 and 1, null where there is nothing to take a share of. Calls are added up once,
# by all keys together, and the groups from those sums; percentiles alone need the calls of each group again.
MEASURES = """
with combinations as (
    select
        interaction_type, status, {model} as model,
        count(*) as calls,
        sum(processing_time_ms) as processing_time_ms,
        count(processing_time_ms) as timed_calls,
        sum(estimated_cost_usd) as cost_usd,
        count(estimated_cost_usd) as priced_calls,
        count(*) filter (pricing_status = 'unpriced') as unpriced_calls,
        count(*) filter (pricing_status = 'no_usage') as no_usage_calls,
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
        {columns},
        coalesce(sum(calls), 0)::bigint as total_interactions,
        coalesce(sum(calls) filter (combinations.status = 'success'), 0)::bigint as success_count,
        coalesce(sum(calls) filter (combinations.status = 'failure'), 0)::bigint as failure_count,
        coalesce(sum(calls) filter (combinations.status = 'partial'), 0)::bigint as partial_count,
        success_count / nullif(total_interactions, 0) as success_rate,
        failure_count / nullif(total_interactions, 0) as failure_rate,
        partial_count / nullif(total_interactions, 0) as partial_rate,
        sum(processing_time_ms) / nullif(sum(timed_calls), 0) as average_processing_time_ms,
        case when total_interactions = 0 then 0 else sum(cost_usd) end as total_cost_usd,
        coalesce(sum(priced_calls), 0)::bigint as priced_count,
        coalesce(sum(unpriced_calls), 0)::bigint as unpriced_count,
        coalesce(sum(no_usage_calls), 0)::bigint as no_usage_count,
        case when total_interactions = 0 then 0 else sum(input_tokens) end::hugeint as total_input_tokens,
        case when total_interactions = 0 then 0 else sum(output_tokens) end::hugeint as total_output_tokens,
        case when total_interactions = 0 then 0 else sum(tokens) end::hugeint as total_tokens,
        sum(complete_calls) / nullif(sum(declaring_calls), 0) as data_quality_rate,
        coalesce(sum(declaring_calls) - sum(complete_calls), 0)::bigint as incomplete_count,
        sum(quality_score) / nullif(sum(scored_calls), 0) as average_quality_score,
        coalesce(sum(scored_calls), 0)::bigint as scored_count
    from combinations
    group by {sets}
),
percentiles as (
    select {columns}, quantile_cont(processing_time_ms, [0.5, 0.95, 0.99]) as processing_time_ms
    from (select *, {model} as model from marts.interactions where {where})
    group by {sets}
)
select
    groups.*,
    percentiles.processing_time_ms[1] as p50_processing_time_ms,
    percentiles.processing_time_ms[2] as p95_processing_time_ms,
    percentiles.processing_time_ms[3] as p99_processing_time_ms
from groups
left join percentiles
    on (groups.by_type, groups.by_status, groups.by_model)
        = (percentiles.by_type, percentiles.by_status, percentiles.by_model)
    and groups.interaction_type is not distinct from percentiles.interaction_type
    and groups.status is not distinct from percentiles.status
    and groups.model is not distinct from percentiles.model
order by total_interactions desc, groups.interaction_type, groups.status, groups.model
"""

COUNT_FEEDBACK = "select user_feedback, count(*) from marts.interactions where {where} group by 1"
FEEDBACK = ("no_feedback", "accepted", "rejected", "modified")


def measure(connection: duckdb.DuckDBPyConnection, filters: Filters) -> dict[str, Any]:
    """Everything that `GET /api/ai-interactions/metrics` answers."""
    rows, feedback = _measure(connection, filters, EACH)
    return {
        **_measures(next(row for row in rows if not _is_group(row))),
        "feedback": feedback,
        "by_type": _groups(rows, "by_type", "interaction_type"),
        "by_status": _groups(rows, "by_status", "status"),
        "by_model": _groups(rows, "by_model", "model"),
    }


def measure_total(connection: duckdb.DuckDBPyConnection, filters: Filters) -> dict[str, Any]:
    """The same without the groups."""
    [total], feedback = _measure(connection, filters, TOTAL)
    return {**_measures(total), "feedback": feedback}


def _measure(
    connection: duckdb.DuckDBPyConnection, filters: Filters, grouping: Grouping
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    hours = hourly_metrics.many(connection, filters)
    if hours:
        rows = hourly_metrics.measure(connection, hours, grouping)
        feedback = hourly_metrics.count_feedback(connection, hours)
    else:
        rows, feedback = _measure_calls(connection, filters, grouping)
    return (
        [{name: _plain(value) for name, value in row.items()} for row in rows],
        {judgement: feedback.get(judgement, 0) for judgement in FEEDBACK},
    )


def _measure_calls(
    connection: duckdb.DuckDBPyConnection, filters: Filters, grouping: Grouping
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    where = compose(filters)
    connection.execute(
        MEASURES.format(where=where.sql, model=MODEL_ASKED_FOR, columns=grouping.columns, sets=grouping.sets),
        where.parameters,
    )
    rows = fetch_records(connection)
    connection.execute(COUNT_FEEDBACK.format(where=where.sql), where.parameters)
    return rows, dict(connection.fetchall())


_GROUP_FLAGS = ("by_type", "by_status", "by_model")
_GROUP_KEYS = ("interaction_type", "status", "model")


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
