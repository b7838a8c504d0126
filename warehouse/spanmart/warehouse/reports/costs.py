"""What calls cost: in all, by day, and by what was called, for what and for whom."""

from collections.abc import Mapping
from typing import Any

import duckdb

from spanmart.warehouse.filters import Filters
from spanmart.warehouse.reports.snapshot import fetch_records
from spanmart.warehouse.reports.summed import Rows, SummedMart, rows_of, tells

_OF_A_CALL = """
    day, provider, model_used, interaction_type, prompt_name, prompt_version, user_id,
    1 as interactions, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens,
    reasoning_tokens, tokens_used, estimated_cost_usd, cost_at_current_prices_usd, booked_cost_usd,
    (pricing_status = 'unpriced')::bigint as unpriced_interactions,
    (pricing_status = 'invalid_usage')::bigint as invalid_usage_interactions
"""
_MODEL_FILTERS = frozenset({"interaction_type", "model", "prompt_name", "prompt_version"})
# The first that can tell the filters is asked: from few rows to many.
MODEL_COSTS_DAILY = SummedMart.by_day("model_costs_daily", _OF_A_CALL, _MODEL_FILTERS)
COSTS_DAILY = SummedMart.by_day("costs_daily", _OF_A_CALL, _MODEL_FILTERS | {"user_id"})
USERS_DAILY = SummedMart.by_day("users_daily", _OF_A_CALL, frozenset({"user_id"}))
MOST_ROWS = 20

USAGE = """
    sum(interactions)::bigint as interactions,
    coalesce(sum(input_tokens), 0)::bigint as input_tokens,
    coalesce(sum(cached_input_tokens), 0)::bigint as cached_input_tokens,
    coalesce(sum(output_tokens), 0)::bigint as output_tokens,
    coalesce(sum(reasoning_tokens), 0)::bigint as reasoning_tokens,
    sum(estimated_cost_usd)::double as cost_usd,
    sum(unpriced_interactions)::bigint as unpriced
"""
COSTS = """
    sum(cost_at_current_prices_usd)::double as current_cost_usd,
    sum(booked_cost_usd)::double as booked_cost_usd,
    sum(invalid_usage_interactions)::bigint as invalid_usage
"""
# What each kind is told apart by. The dearest come first, but days in their order.
KINDS: Mapping[str, str] = {
    "by_day": "day",
    "by_model": "provider, model_used",
    "by_type": "interaction_type",
    "by_prompt": "prompt_name, prompt_version",
}
TOTAL = "with rows as ({rows}) select {usage}, {costs} from rows"
GROUPED = """
with rows as ({rows})
select {columns}, {measures}, count(*) over () as groups
from rows where {where} group by {columns} order by {order_by} limit {limit}
"""
DEAREST = "cost_usd desc nulls last, interactions desc, {columns}"
EVERY_DAY = 100_000


def costs(connection: duckdb.DuckDBPyConnection, filters: Filters) -> dict[str, Any]:
    """Totals, each day, and the twenty dearest of each kind; `groups` says how many there are."""
    rows = rows_of(MODEL_COSTS_DAILY if filters.user_id is None else COSTS_DAILY, filters)
    [total] = _ask(connection, rows, TOTAL.format(rows=rows.sql, usage=USAGE, costs=COSTS))
    kinds = {name: _group(connection, rows, columns) for name, columns in KINDS.items()}
    return {"total": total, **kinds, "by_user": _by_user(connection, filters)}


def _by_user(connection: duckdb.DuckDBPyConnection, filters: Filters) -> list[dict[str, Any]]:
    """Without the costs at other prices than those of the time, which `users_daily` does not have."""
    users = rows_of(USERS_DAILY if tells(USERS_DAILY, filters) else COSTS_DAILY, filters)
    statement = GROUPED.format(
        rows=users.sql,
        columns="user_id",
        measures=USAGE,
        where="user_id is not null",
        order_by=DEAREST.format(columns="user_id"),
        limit=MOST_ROWS,
    )
    return _ask(connection, users, statement)


def _group(connection: duckdb.DuckDBPyConnection, rows: Rows, columns: str) -> list[dict[str, Any]]:
    statement = GROUPED.format(
        rows=rows.sql,
        columns=columns,
        measures=f"{USAGE}, {COSTS}",
        where="true",
        order_by="day" if columns == "day" else DEAREST.format(columns=columns),
        limit=EVERY_DAY if columns == "day" else MOST_ROWS,
    )
    return _ask(connection, rows, statement)


def _ask(connection: duckdb.DuckDBPyConnection, rows: Rows, statement: str) -> list[dict[str, Any]]:
    connection.execute(statement, rows.parameters)
    return fetch_records(connection)
