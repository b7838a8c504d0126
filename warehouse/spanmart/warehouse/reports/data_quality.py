"""Which prompt variables are missing: in which calls, and how often by prompt version."""

from typing import Any

import duckdb

from spanmart.warehouse.filters import Filters, Where, compose
from spanmart.warehouse.reports.snapshot import fetch_records

INCOMPLETE = "all_variables_present = false"

# A share of the calls of that prompt version that declare any variables at all.
MISSING_VARIABLES = """
with declaring as (
    select interaction_id, prompt_name, prompt_version, missing_variables, created_at
    from marts.interactions where {where} and all_variables_present is not null
),
prompts as (
    select prompt_name, prompt_version, count(*) as calls from declaring group by all
),
missing as (
    select prompt_name, prompt_version, created_at,
        unnest(from_json(to_json(missing_variables), '["varchar"]')) as variable
    from declaring
)
select
    missing.variable,
    missing.prompt_name,
    missing.prompt_version,
    count(*) as missing_count,
    any_value(prompts.calls) as calls,
    count(*) / any_value(prompts.calls) as missing_rate,
    strftime(max(missing.created_at), '%Y-%m-%dT%H:%M:%S.%fZ') as last_missing_at
from missing join prompts
    on prompts.prompt_name is not distinct from missing.prompt_name
    and prompts.prompt_version is not distinct from missing.prompt_version
group by missing.variable, missing.prompt_name, missing.prompt_version
order by missing_count desc, variable, missing.prompt_name, missing.prompt_version
"""


def incomplete(filters: Filters) -> Where:
    """The calls that were made without some variable that their prompt declares."""
    return compose(filters).narrowed(INCOMPLETE)


def count_missing_variables(connection: duckdb.DuckDBPyConnection, filters: Filters) -> list[dict[str, Any]]:
    """One row per variable and prompt version, most often missing first; `missing_rate` is 0 to 1."""
    where = compose(filters)
    connection.execute(MISSING_VARIABLES.format(where=where.sql), where.parameters)
    return fetch_records(connection)
