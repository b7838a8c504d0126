"""Which prompt variables are missing: in which calls, and how often by prompt version."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import duckdb

from spanmart.warehouse.filters import Filters, Where, compose
from spanmart.warehouse.reports.snapshot import fetch_records

INCOMPLETE = "not all_variables_present"

# A share of the calls of that prompt version that declare any variables at all.
UNUSABLE_VARIABLES = """
with declaring as (
    select interaction_id, prompt_name, prompt_version
    from marts.interactions where {where} and all_variables_present is not null
),
prompts as (
    select prompt_name, prompt_version, count(*) as calls from declaring group by all
),
unusable as (
    select * from marts.missing_variables where interaction_id in (select interaction_id from declaring)
)
select
    unusable.variable,
    unusable.prompt_name,
    unusable.prompt_version,
    list_sort(list(distinct unusable.reason)) as reasons,
    count(*) as missing_count,
    any_value(prompts.calls) as calls,
    count(*) / any_value(prompts.calls) as missing_rate,
    strftime(max(unusable.created_at), '%Y-%m-%dT%H:%M:%S.%fZ') as last_missing_at
from unusable join prompts
    on prompts.prompt_name is not distinct from unusable.prompt_name
    and prompts.prompt_version is not distinct from unusable.prompt_version
group by unusable.variable, unusable.prompt_name, unusable.prompt_version
order by missing_count desc, variable, unusable.prompt_name, unusable.prompt_version
"""

REASONS = """
select interaction_id, variable, reason from marts.missing_variables
where interaction_id in (select unnest($ids)) order by variable
"""


def incomplete(filters: Filters) -> Where:
    """The calls that did not properly get every variable that their prompt declares."""
    return compose(filters).narrowed(INCOMPLETE)


def count_missing_variables(connection: duckdb.DuckDBPyConnection, filters: Filters) -> list[dict[str, Any]]:
    """One row per variable and prompt version, most often missing first; `missing_rate` is 0 to 1."""
    where = compose(filters)
    connection.execute(UNUSABLE_VARIABLES.format(where=where.sql), where.parameters)
    return fetch_records(connection)


def add_reasons(connection: duckdb.DuckDBPyConnection, items: Sequence[dict[str, Any]]) -> None:
    """Give each interaction its `unusable_variables`: `[{"variable", "reason"}]`."""
    connection.execute(REASONS, {"ids": [item["interaction_id"] for item in items]})
    reasons = defaultdict(list)
    for row in fetch_records(connection):
        reasons[row.pop("interaction_id")].append(row)
    for item in items:
        item["unusable_variables"] = reasons[item["interaction_id"]]
