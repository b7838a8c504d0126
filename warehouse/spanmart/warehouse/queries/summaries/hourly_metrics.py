"""The hours in which very many calls are summed up, and the percentiles of their processing times.

Those are read from histograms in steps of two per cent, and so are off by one per cent at most.
"""

from typing import Any

import duckdb

from spanmart.warehouse.queries.filters import Filters
from spanmart.warehouse.queries.grouping import MODEL_ASKED_FOR, Grouping
from spanmart.warehouse.queries.rollups import Rollup, Rows, ask_rollup
from spanmart.warehouse.queries.snapshot import fetch_records

# So many calls are quickly read one by one, and then percentiles are exact.
MANY_CALLS = 100_000

METRICS_HOURLY = Rollup(
    "metrics_hourly", "hour", frozenset({"interaction_type", "status", "request_model", "model_used"})
)
# Each step of a histogram is so many times the one before; `processing_time_step` in dbt says so too.
STEP = 1.02

COUNT = "with metrics as ({metrics}) select coalesce(sum(interactions), 0)::bigint as calls from metrics"

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
    {step} ** (min(key) filter (share >= 0.5) + 0.5) as p50_processing_time_ms,
    {step} ** (min(key) filter (share >= 0.95) + 0.5) as p95_processing_time_ms,
    {step} ** (min(key) filter (share >= 0.99) + 0.5) as p99_processing_time_ms
from shares group by all
"""


def many(connection: duckdb.DuckDBPyConnection, filters: Filters) -> Rows | None:
    """The rows to sum up where hours can tell and there are many calls, else None."""
    metrics = ask_rollup(METRICS_HOURLY, filters)
    return metrics if metrics and count_calls(connection, metrics) > MANY_CALLS else None


def count_calls(connection: duckdb.DuckDBPyConnection, metrics: Rows) -> int:
    """How many calls they sum up."""
    [row] = connection.execute(COUNT.format(metrics=metrics.sql), metrics.parameters).fetchall()
    return int(row[0])


def read_percentiles(
    connection: duckdb.DuckDBPyConnection, metrics: Rows, grouping: Grouping
) -> list[dict[str, Any]]:
    """Percentiles of processing times, of all calls and of each group that has any."""
    statement = PERCENTILES.format(
        metrics=metrics.sql, model=MODEL_ASKED_FOR, columns=grouping.columns, sets=grouping.sets, step=STEP
    )
    connection.execute(statement, metrics.parameters)
    return fetch_records(connection)
