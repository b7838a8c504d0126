"""Users of apps: what was called for each, how it went and what they made of it."""

from typing import Any, Literal

import duckdb

from spanmart.warehouse.queries.filters import Filters
from spanmart.warehouse.queries.rollups import rows_of
from spanmart.warehouse.queries.snapshot import fetch_records
from spanmart.warehouse.queries.summaries.costs import USERS_DAILY

UserSort = Literal["-interactions", "-cost_usd", "-failures", "-rejected", "-last_used_at"]

USERS = """
with rows as ({rows})
select
    user_id,
    min(first_used_at) as first_used_at,
    max(last_used_at) as last_used_at,
    sum(interactions)::bigint as interactions,
    sum(failures)::bigint as failures,
    sum(tokens_used)::hugeint as tokens_used,
    sum(estimated_cost_usd)::double as cost_usd,
    sum(unpriced_interactions)::bigint as unpriced,
    sum(no_usage_interactions)::bigint as no_usage,
    sum(accepted)::bigint as accepted,
    sum(rejected)::bigint as rejected,
    sum(modified)::bigint as modified,
    sum(quality_score_sum)::double / nullif(sum(scored), 0) as average_quality_score,
    count(*) over () as total
from rows where user_id is not null
group by user_id
order by {sort} desc nulls last, user_id limit {limit} offset {offset}
"""


def list_users(
    connection: duckdb.DuckDBPyConnection, filters: Filters, sort: UserSort, limit: int, offset: int
) -> dict[str, Any]:
    """`{"items", "total"}`: what the calls that fit say of each user, in order from the `offset`th on."""
    rows = rows_of(USERS_DAILY, filters)
    statement = USERS.format(rows=rows.sql, sort=sort.removeprefix("-"), limit=limit, offset=offset)
    connection.execute(statement, rows.parameters)
    items = fetch_records(connection)
    return {"items": items, "total": items[0]["total"] if items else 0}
