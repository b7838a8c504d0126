"""How the versions of each prompt do, and what users made of their answers."""

from typing import Any

import duckdb

from spanmart.warehouse.queries.filters import Filters
from spanmart.warehouse.queries.rollups import Rollup, rows_of
from spanmart.warehouse.queries.snapshot import fetch_records

QUALITY_DAILY = Rollup(
    "quality_daily", "day", frozenset({"interaction_type", "prompt_name", "prompt_version"})
)
MOST_VERSIONS = 50

VERSIONS = """
with rows as ({rows})
select
    prompt_name,
    prompt_version,
    max(last_used_at) as last_used_at,
    sum(interactions)::bigint as interactions,
    sum(successes) / sum(interactions) as success_rate,
    sum(processing_time_ms_sum)::double / sum(timed_interactions) as average_processing_time_ms,
    sum(tokens_used)::hugeint as tokens_used,
    sum(estimated_cost_usd)::double as cost_usd,
    sum(unpriced_interactions)::bigint as unpriced,
    sum(no_usage_interactions)::bigint as no_usage,
    sum(complete_interactions) / nullif(sum(declaring_interactions), 0) as data_quality_rate,
    sum(accepted)::bigint as accepted,
    sum(rejected)::bigint as rejected,
    sum(modified)::bigint as modified,
    sum(quality_score_sum)::double / nullif(sum(scored), 0) as average_quality_score
from rows where prompt_name is not null
group by prompt_name, prompt_version
order by interactions desc, prompt_name, prompt_version limit {limit}
"""

JUDGED = """
with rows as ({rows})
select
    prompt_name,
    prompt_version,
    sum(interactions)::bigint as calls,
    sum(accepted)::bigint as accepted,
    sum(modified)::bigint as modified,
    sum(rejected)::bigint as rejected,
    sum(accepted + modified + rejected)::bigint as judged,
    sum(rejected) / nullif(sum(accepted + modified + rejected), 0) as rejected_rate,
    sum(quality_score_sum)::double / nullif(sum(scored), 0) as average_quality_score,
    sum(edit_distance_sum) / nullif(sum(edits), 0) as average_edit_distance
from rows where prompt_name is not null
group by prompt_name, prompt_version
having sum(accepted + modified + rejected) > 0
order by rejected_rate desc, rejected desc, prompt_name, prompt_version limit {limit}
"""


def prompt_versions(connection: duckdb.DuckDBPyConnection, filters: Filters) -> list[dict[str, Any]]:
    """One row for each version of a named prompt, the most used first, at most 50."""
    return _ask(connection, VERSIONS, filters)


def list_judged_versions(connection: duckdb.DuckDBPyConnection, filters: Filters) -> list[dict[str, Any]]:
    """One row for each version that users have judged, the most rejected first; rates are of the judged."""
    return _ask(connection, JUDGED, filters)


def _ask(connection: duckdb.DuckDBPyConnection, question: str, filters: Filters) -> list[dict[str, Any]]:
    rows = rows_of(QUALITY_DAILY, filters)
    connection.execute(question.format(rows=rows.sql, limit=MOST_VERSIONS), rows.parameters)
    return fetch_records(connection)
