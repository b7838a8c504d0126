"""Metrics of very many calls, summed up by hours: the same figures as call by call, but for percentiles.

Those are read from histograms in steps of two per cent, and so are off by one per cent at most.
"""

from collections.abc import Mapping
from typing import Any

import duckdb

from spanmart.warehouse.filters import Filters
from spanmart.warehouse.reports.grouping import EACH, MODEL_ASKED_FOR, Grouping
from spanmart.warehouse.reports.snapshot import fetch_records
from spanmart.warehouse.reports.summed import Rows, SummedMart, summed

# So many calls are quickly read one by one, and then percentiles are exact.
MANY_CALLS = 100_000

METRICS_HOURLY = SummedMart(
    "metrics_hourly",
    "hour",
    "select * exclude (interaction_id, created_at) from marts.intermediate.call_measures where {where}",
    frozenset({"interaction_type", "status", "model"}),
)

COUNT = "with metrics as ({metrics}) select coalesce(sum(interactions), 0)::bigint as calls from metrics"

# Hours are added up by all keys together, of which there are few, and the groups from those sums.
SUMS = """
with hours as ({metrics}),
metrics as (
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
    from hours group by all
)
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
    sum(priced_interactions)::bigint as priced_count,
    sum(unpriced_interactions)::bigint as unpriced_count,
    sum(no_usage_interactions)::bigint as no_usage_count,
    sum(input_tokens)::hugeint as total_input_tokens,
    sum(output_tokens)::hugeint as total_output_tokens,
    sum(tokens_used)::hugeint as total_tokens,
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
with metrics as (select *, {model} as model from ({metrics})),
groups as (
    select interaction_type, status, model, row_number() over () as number
    from (select distinct interaction_type, status, model from metrics)
),
steps as (
    select groups.number, unnest(map_entries(metrics.processing_time_histogram), recursive := true)
    from metrics join groups
        on metrics.interaction_type = groups.interaction_type and metrics.status = groups.status
        and metrics.model is not distinct from groups.model
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


def many(connection: duckdb.DuckDBPyConnection, filters: Filters) -> Rows | None:
    """The rows to sum up where hours can tell and there are many calls, else None."""
    metrics = summed(METRICS_HOURLY, filters)
    return metrics if metrics and count_calls(connection, metrics) > MANY_CALLS else None


def count_calls(connection: duckdb.DuckDBPyConnection, metrics: Rows) -> int:
    """How many calls they sum up."""
    [row] = _ask(connection, COUNT, metrics)
    return int(row["calls"])


def measure(
    connection: duckdb.DuckDBPyConnection, metrics: Rows, grouping: Grouping = EACH
) -> list[dict[str, Any]]:
    """A record for all, and one for each group."""
    percentiles = {_group(row): row for row in _ask(connection, PERCENTILES, metrics, grouping)}
    return [row | percentiles.get(_group(row), _UNKNOWN) for row in _ask(connection, SUMS, metrics, grouping)]


def count_feedback(connection: duckdb.DuckDBPyConnection, metrics: Rows) -> dict[str, int]:
    """How many calls have which feedback."""
    [feedback] = _ask(connection, FEEDBACK, metrics)
    return feedback


def _ask(
    connection: duckdb.DuckDBPyConnection, statement: str, metrics: Rows, grouping: Grouping = EACH
) -> list[dict[str, Any]]:
    connection.execute(
        statement.format(
            metrics=metrics.sql, model=MODEL_ASKED_FOR, columns=grouping.columns, sets=grouping.sets
        ),
        metrics.parameters,
    )
    return fetch_records(connection)


def _group(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _GROUP)
