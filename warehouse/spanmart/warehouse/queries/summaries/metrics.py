"""Totals, rates, latency, cost and quality over the filtered interactions: call by call, or by hours."""

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import duckdb

from spanmart.warehouse.queries.filters import Filters
from spanmart.warehouse.queries.grouping import EACH, MODEL_ASKED_FOR, TOTAL, Grouping
from spanmart.warehouse.queries.rollups import Rows, calls_of
from spanmart.warehouse.queries.snapshot import fetch_records
from spanmart.warehouse.queries.summaries import hourly_metrics

# Rates are shares between 0 and 1, null where there is nothing to take a share of. Rows, of hours or of
# single calls, are added up once, by all keys together, and the groups from those sums.
SUMS = """
with combinations as (
    select
        interaction_type, status, {model} as model,
        sum(interactions) as interactions,
        sum(timed_interactions) as timed_interactions,
        sum(processing_time_ms_sum) as processing_time_ms_sum,
        sum(estimated_cost_usd) as estimated_cost_usd,
        sum(priced_interactions) as priced_interactions,
        sum(unpriced_interactions) as unpriced_interactions,
        sum(no_usage_interactions) as no_usage_interactions,
        sum(input_tokens) as input_tokens,
        sum(output_tokens) as output_tokens,
        sum(tokens_used) as tokens_used,
        sum(declaring_interactions) as declaring_interactions,
        sum(complete_interactions) as complete_interactions,
        sum(scored) as scored,
        sum(quality_score_sum) as quality_score_sum
    from ({rows}) group by all
)
select
    {columns},
    coalesce(sum(interactions), 0)::bigint as total_interactions,
    coalesce(sum(interactions) filter (combinations.status = 'success'), 0)::bigint as success_count,
    coalesce(sum(interactions) filter (combinations.status = 'failure'), 0)::bigint as failure_count,
    coalesce(sum(interactions) filter (combinations.status = 'partial'), 0)::bigint as partial_count,
    success_count / nullif(total_interactions, 0) as success_rate,
    failure_count / nullif(total_interactions, 0) as failure_rate,
    partial_count / nullif(total_interactions, 0) as partial_rate,
    sum(processing_time_ms_sum) / nullif(sum(timed_interactions), 0) as average_processing_time_ms,
    case when total_interactions = 0 then 0 else sum(estimated_cost_usd) end as total_cost_usd,
    coalesce(sum(priced_interactions), 0)::bigint as priced_count,
    coalesce(sum(unpriced_interactions), 0)::bigint as unpriced_count,
    coalesce(sum(no_usage_interactions), 0)::bigint as no_usage_count,
    case when total_interactions = 0 then 0 else sum(input_tokens) end::hugeint as total_input_tokens,
    case when total_interactions = 0 then 0 else sum(output_tokens) end::hugeint as total_output_tokens,
    case when total_interactions = 0 then 0 else sum(tokens_used) end::hugeint as total_tokens,
    sum(complete_interactions) / nullif(sum(declaring_interactions), 0) as data_quality_rate,
    coalesce(sum(declaring_interactions) - sum(complete_interactions), 0)::bigint as incomplete_count,
    sum(quality_score_sum) / nullif(sum(scored), 0) as average_quality_score,
    coalesce(sum(scored), 0)::bigint as scored_count
from combinations
group by {sets}
order by total_interactions desc, interaction_type, status, model
"""
PERCENTILES = """
select
    {columns},
    quantile_cont(processing_time_ms, 0.5) as p50_processing_time_ms,
    quantile_cont(processing_time_ms, 0.95) as p95_processing_time_ms,
    quantile_cont(processing_time_ms, 0.99) as p99_processing_time_ms
from (select *, {model} as model from ({rows}))
group by {sets}
"""
FEEDBACK = """
select
    coalesce(sum(no_feedback), 0)::bigint as no_feedback,
    coalesce(sum(accepted), 0)::bigint as accepted,
    coalesce(sum(rejected), 0)::bigint as rejected,
    coalesce(sum(modified), 0)::bigint as modified
from ({rows})
"""
_GROUP_FLAGS = ("by_type", "by_status", "by_model")
_GROUP_KEYS = ("interaction_type", "status", "model")
_NO_PERCENTILES = dict.fromkeys(
    ("p50_processing_time_ms", "p95_processing_time_ms", "p99_processing_time_ms")
)


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
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    hours = hourly_metrics.many(connection, filters)
    if hours:
        rows, percentiles = hours, hourly_metrics.read_percentiles(connection, hours, grouping)
    else:
        rows = calls_of(hourly_metrics.METRICS_HOURLY, filters)
        percentiles = _ask(connection, PERCENTILES, rows, grouping)
    by_group = {_group(row): row for row in percentiles}
    measured = [
        row | by_group.get(_group(row), _NO_PERCENTILES) for row in _ask(connection, SUMS, rows, grouping)
    ]
    [feedback] = _ask(connection, FEEDBACK, rows, grouping)
    return [{name: _plain(value) for name, value in row.items()} for row in measured], feedback


def _ask(
    connection: duckdb.DuckDBPyConnection, statement: str, rows: Rows, grouping: Grouping
) -> list[dict[str, Any]]:
    connection.execute(
        statement.format(rows=rows.sql, model=MODEL_ASKED_FOR, columns=grouping.columns, sets=grouping.sets),
        rows.parameters,
    )
    return fetch_records(connection)


def _group(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in (*_GROUP_FLAGS, *_GROUP_KEYS))


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
