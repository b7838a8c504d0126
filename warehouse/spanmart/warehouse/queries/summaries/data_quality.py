"""Which prompt variables are missing: in which calls, and how often by prompt version, over time."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import duckdb

from spanmart.warehouse.queries.filters import Filters, Where, compose
from spanmart.warehouse.queries.rollups import Rollup, rows_of
from spanmart.warehouse.queries.snapshot import fetch_records

INCOMPLETE = "not all_variables_present"
LACKING = "interaction_id in (select interaction_id from marts.missing_variables where variable = $variable)"

MAX_VARIABLES = 100
TREND_STEPS = 24

CALLS = """
select day, prompt_name, prompt_version, unnest(list_distinct(required_variables)) as variable,
    1 as interactions, 0 as missing, 0 as empty, 0 as invalid
from marts.interactions where {where}
union all by name
select calls.day, calls.prompt_name, calls.prompt_version, unusable.variable,
    (not list_contains(calls.required_variables, unusable.variable))::int as interactions,
    (unusable.reason = 'missing')::int as missing,
    (unusable.reason = 'empty')::int as empty,
    (unusable.reason = 'invalid')::int as invalid
from marts.missing_variables as unusable
join (select * from marts.interactions where {where}) as calls using (interaction_id)
"""
DATA_QUALITY_DAILY = Rollup("data_quality_daily", "day", frozenset({"prompt_name", "prompt_version"}), CALLS)

UNUSABLE_VARIABLES = """
with daily as ({daily}),
times as (select min(day) as first_day, max(day) - min(day) + 1 as days from daily),
stepped as (
    select
        variable, prompt_name, prompt_version,
        ((day - first_day) * least({steps}, days) // days)::integer as step,
        sum(interactions)::bigint as calls,
        sum(missing)::bigint as missing,
        sum(empty)::bigint as empty,
        sum(invalid)::bigint as invalid,
        max(day) filter (where missing + empty + invalid > 0) as last_day,
        least({steps}, days) as steps
    from daily, times group by all
)
select
    variable, prompt_name, prompt_version,
    sum(missing)::bigint as missing,
    sum(empty)::bigint as empty,
    sum(invalid)::bigint as invalid,
    sum(missing + empty + invalid)::bigint as unusable,
    sum(calls)::bigint as calls,
    sum(missing + empty + invalid) / nullif(sum(calls), 0) as unusable_rate,
    max(last_day) as last_day,
    any_value(steps) as steps,
    map(list(step), list((missing + empty + invalid) / nullif(calls, 0))) as trend
from stepped
group by variable, prompt_name, prompt_version
having sum(missing + empty + invalid) > 0
order by unusable desc, variable, prompt_name, prompt_version
limit {limit}
"""

REASONS = """
select interaction_id, variable, reason from marts.missing_variables
where interaction_id in (select unnest($ids)) order by variable
"""


def incomplete(filters: Filters, variable: str | None = None) -> Where:
    """The calls that did not properly get every variable that their prompt declares, or not this one."""
    where = compose(filters).narrow(INCOMPLETE)
    return where.narrow(LACKING, {"variable": variable}) if variable else where


def count_unusable_variables(connection: duckdb.DuckDBPyConnection, filters: Filters) -> list[dict[str, Any]]:
    """One row per variable and prompt version, most often unusable first; rates are of calls that declare it.

    `trend` is the rate in equal steps of days, oldest first, None where no call declared the variable.
    """
    daily = rows_of(DATA_QUALITY_DAILY, filters)
    statement = UNUSABLE_VARIABLES.format(daily=daily.sql, steps=TREND_STEPS, limit=MAX_VARIABLES)
    connection.execute(statement, daily.parameters)
    rows = fetch_records(connection)
    for row in rows:
        row["trend"] = [row["trend"].get(step) for step in range(row.pop("steps"))]
        row["last_day"] = str(row["last_day"])
    return rows


def add_reasons(connection: duckdb.DuckDBPyConnection, items: Sequence[dict[str, Any]]) -> None:
    """Give each interaction its `unusable_variables`: `[{"variable", "reason"}]`."""
    connection.execute(REASONS, {"ids": [item["interaction_id"] for item in items]})
    reasons = defaultdict(list)
    for row in fetch_records(connection):
        reasons[row.pop("interaction_id")].append(row)
    for item in items:
        item["unusable_variables"] = reasons[item["interaction_id"]]
