"""What users made of the answers, by prompt version."""

from typing import Any

import duckdb

from spanmart.warehouse.filters import Filters, compose, told_by_days
from spanmart.warehouse.reports.snapshot import fetch_records

MAX_VERSIONS = 50

# Days are quickly summed up; what they do not tell apart is counted in the calls.
OF_DAYS = frozenset({"start_date", "end_date", "interaction_type", "prompt_name", "prompt_version"})
DAYS = """
select * from (select *, day::timestamp as created_at from marts.quality_daily) where {where}
"""
CALLS = """
select
    prompt_name, prompt_version,
    1 as interactions,
    (user_feedback = 'accepted')::int as accepted,
    (user_feedback = 'modified')::int as modified,
    (user_feedback = 'rejected')::int as rejected,
    (quality_score is not null)::int as scored,
    quality_score::decimal(9, 6) as quality_score_sum,
    (edit_distance is not null)::int as edits,
    edit_distance as edit_distance_sum
from marts.interactions where {where}
"""
VERSIONS = """
select
    prompt_name, prompt_version,
    sum(interactions)::bigint as calls,
    sum(accepted)::bigint as accepted,
    sum(modified)::bigint as modified,
    sum(rejected)::bigint as rejected,
    sum(accepted + modified + rejected)::bigint as judged,
    sum(rejected) / nullif(sum(accepted + modified + rejected), 0) as rejected_rate,
    (sum(quality_score_sum) / nullif(sum(scored), 0))::double as average_quality_score,
    sum(edit_distance_sum) / nullif(sum(edits), 0) as average_edit_distance
from ({daily})
where prompt_name is not null
group by prompt_name, prompt_version
having sum(accepted + modified + rejected) > 0
order by rejected_rate desc, rejected desc, prompt_name, prompt_version
limit {limit}
"""


def compare_versions(connection: duckdb.DuckDBPyConnection, filters: Filters) -> list[dict[str, Any]]:
    """One row per prompt version that users have judged, the most rejected first; rates are of the judged."""
    where = compose(filters)
    daily = (DAYS if told_by_days(filters, OF_DAYS) else CALLS).format(where=where.sql)
    connection.execute(VERSIONS.format(daily=daily, limit=MAX_VERSIONS), where.parameters)
    return fetch_records(connection)
