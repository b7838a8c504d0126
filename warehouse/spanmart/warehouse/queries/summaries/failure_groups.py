"""Kinds of error among the calls that fit: how often, since when, what they cost and whom they hit."""

from typing import Any

import duckdb

from spanmart.warehouse.queries.filters import Filters, compose
from spanmart.warehouse.queries.grouping import MODEL_ASKED_FOR
from spanmart.warehouse.queries.snapshot import fetch_records
from spanmart.warehouse.queries.summaries.time_series import FIRST_MOMENT, LAST_MOMENT

MAX_GROUPS = 20
TREND_STEPS = 24

# What the mart of failures knows of a call: filters on anything else are asked of all calls.
OF_FAILURES = frozenset(
    {
        "start_date",
        "end_date",
        "interaction_type",
        "status",
        "model",
        "prompt_name",
        "prompt_version",
        "session_id",
        "user_id",
        "error_fingerprint",
    }
)
FAILURES = "(select *, 'failure' as status from marts.failures)"
FAILED_CALLS = "(select * from marts.interactions where status = 'failure')"

# When a kind of error was first and last seen is said of all time, all else of the calls that fit.
GROUPS = """
with failed as (
    select
        greatest(least(created_at, $last_moment), $first_moment) as created_at,
        error_fingerprint, user_id, {model} as model, prompt_name, prompt_version, tokens_used,
        estimated_cost_usd
    from {source} where {where}
),
times as (
    select
        coalesce($since::timestamp, min(created_at)) as since,
        greatest(epoch(least($until::timestamp, any_value(newest_hour.until)) - since), 1) as seconds
    from failed, (
        select least(max(hour), $last_moment) + interval '1 hour' as until from marts.metrics_hourly
    ) as newest_hour
),
counted as (
    select
        error_fingerprint,
        count(*) as failures,
        count(distinct user_id) as users,
        sum(tokens_used)::hugeint as tokens_wasted,
        sum(estimated_cost_usd) as cost_wasted_usd,
        coalesce(list_sort(list(distinct model) filter (where model is not null)), []) as models,
        coalesce(
            list_sort(list(distinct {{prompt_name: prompt_name, prompt_version: prompt_version}})
                filter (where prompt_name is not null)),
            []
        ) as prompt_versions,
        histogram(
            greatest(
                least({steps} - 1, floor({steps} * epoch(created_at - times.since) / times.seconds)), 0
            )::integer
        ) as trend
    from failed, times group by error_fingerprint
)
select
    counted.*,
    counted.failures / sum(counted.failures) over () as share,
    count(*) over () as groups,
    error_type, error_pattern, sample_interaction_id, first_seen_at, last_seen_at, is_regressed, regressed_at
from counted left join marts.failure_groups as of_all_time using (error_fingerprint)
order by counted.failures desc, error_fingerprint
limit {limit}
"""


def list_groups(connection: duckdb.DuckDBPyConnection, filters: Filters) -> list[dict[str, Any]]:
    """The most frequent kinds of error; `trend` counts failures in equal steps of the range, oldest first."""
    source = FAILURES if filters.given.keys() <= OF_FAILURES else FAILED_CALLS
    where = compose(filters)
    statement = GROUPS.format(
        source=source, model=MODEL_ASKED_FOR, where=where.sql, steps=TREND_STEPS, limit=MAX_GROUPS
    )
    times = {
        "since": filters.start_date,
        "until": filters.end_date,
        "first_moment": FIRST_MOMENT,
        "last_moment": LAST_MOMENT,
    }
    connection.execute(statement, {**where.parameters, **times})
    groups = fetch_records(connection)
    for group in groups:
        trend = group["trend"]
        group["trend"] = [trend.get(step, 0) for step in range(TREND_STEPS)]
    return groups
