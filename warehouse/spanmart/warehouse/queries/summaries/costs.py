"""What calls cost: in all, by day, and by what was called, for what and for whom."""

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from spanmart.warehouse.queries.filters import Filters
from spanmart.warehouse.queries.rollups import Rollup, Rows, rows_of, tells
from spanmart.warehouse.queries.snapshot import fetch_records

_KEYS = frozenset(
    {"provider", "request_model", "model_used", "interaction_type", "prompt_name", "prompt_version"}
)
# The first that can tell the filters is asked: from few rows to many.
MODEL_COSTS_DAILY = Rollup("model_costs_daily", "day", _KEYS)
COSTS_DAILY = Rollup("costs_daily", "day", _KEYS | {"user_id"})
USERS_DAILY = Rollup("users_daily", "day", frozenset({"user_id"}))
MOST_ROWS = 20

USAGE = """
    sum(interactions)::bigint as interactions,
    sum(input_tokens)::hugeint as input_tokens,
    sum(cached_input_tokens)::hugeint as cached_input_tokens,
    sum(output_tokens)::hugeint as output_tokens,
    sum(reasoning_tokens)::hugeint as reasoning_tokens,
    sum(estimated_cost_usd)::double as cost_usd,
    sum(unpriced_interactions)::bigint as unpriced,
    sum(no_usage_interactions)::bigint as no_usage
"""
COSTS = """
    sum(cost_at_current_prices_usd)::double as current_cost_usd,
    sum(booked_cost_usd)::double as booked_cost_usd,
    sum(reported_cost_usd)::double as reported_cost_usd,
    sum(invalid_usage_interactions)::bigint as invalid_usage
"""
# What sums are told apart by.
KINDS: Mapping[str, Sequence[str]] = {
    "total": (),
    "by_day": ("day",),
    "by_model": ("provider", "model_used"),
    "by_type": ("interaction_type",),
    "by_prompt": ("prompt_name", "prompt_version"),
}
DEAREST = "cost_usd desc nulls last, interactions desc, {columns}"
# All kinds from one reading: it may be of every call. The dearest come first, but days in their order.
SUMS = """
with rows as ({rows}),
sums as (
    select case {kinds} else 'total' end as kind, {columns}, {usage}, {costs}
    from rows group by grouping sets ({sets})
)
select *, count(*) over (partition by kind) as groups from sums
qualify kind = 'by_day' or row_number() over (partition by kind order by {dearest}) <= {most}
order by day, {dearest}
"""
BY_USER = """
with rows as ({rows})
select user_id, {usage}, count(*) over () as groups
from rows where user_id is not null group by user_id order by {dearest} limit {most}
"""


def costs(connection: duckdb.DuckDBPyConnection, filters: Filters) -> dict[str, Any]:
    """Totals, each day, and the twenty dearest of each kind; `groups` says how many there are."""
    sums = _sums(connection, rows_of(MODEL_COSTS_DAILY if filters.user_id is None else COSTS_DAILY, filters))
    [total] = sums.pop("total")
    return {"total": total, **sums, "by_user": _list_by_user(connection, filters)}


def _sums(connection: duckdb.DuckDBPyConnection, rows: Rows) -> dict[str, list[dict[str, Any]]]:
    """The sums of each kind, with the columns that tell them apart."""
    columns = [column for told_apart in KINDS.values() for column in told_apart]
    statement = SUMS.format(
        rows=rows.sql,
        kinds=" ".join(
            f"when grouping({names[0]}) = 0 then '{kind}'" for kind, names in KINDS.items() if names
        ),
        columns=", ".join(columns),
        usage=USAGE,
        costs=COSTS,
        sets=", ".join(f"({', '.join(names)})" for names in KINDS.values()),
        dearest=DEAREST.format(columns=", ".join(columns)),
        most=MOST_ROWS,
    )
    found = _ask(connection, rows, statement)
    sums = {}
    for kind, names in KINDS.items():
        left_out = {"kind", *columns} - set(names)
        rows_of_kind = [row for row in found if row["kind"] == kind]
        sums[kind] = [
            {name: value for name, value in row.items() if name not in left_out} for row in rows_of_kind
        ]
    return sums


def _list_by_user(connection: duckdb.DuckDBPyConnection, filters: Filters) -> list[dict[str, Any]]:
    """Without the costs at other prices than those of the time, which `users_daily` does not have."""
    users = rows_of(USERS_DAILY if tells(USERS_DAILY, filters) else COSTS_DAILY, filters)
    dearest = DEAREST.format(columns="user_id")
    return _ask(
        connection, users, BY_USER.format(rows=users.sql, usage=USAGE, dearest=dearest, most=MOST_ROWS)
    )


def _ask(connection: duckdb.DuckDBPyConnection, rows: Rows, statement: str) -> list[dict[str, Any]]:
    connection.execute(statement, rows.parameters)
    return fetch_records(connection)
