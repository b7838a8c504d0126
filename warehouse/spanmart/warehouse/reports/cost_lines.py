"""What a call's cost is made of, and whose price it has."""

from typing import Any

import duckdb

from spanmart.warehouse.filters import one
from spanmart.warehouse.reports.snapshot import fetch_records

LINES = """
select usage, quantity, usd_per_unit, cost_usd from marts.intermediate.cost_lines
where {where} order by cost_usd desc, usage
"""
SOURCE = """
select
    names.price_provider, names.price_model, names.price_context,
    lists.genai_prices, lists.own_prices != '' as has_own_prices, lists.in_force_from
from (select provider, model_used, service_tier from marts.interactions where {where}) as call
join app.price_names as names
    on names.provider = coalesce(call.provider, '')
    and names.model_used = call.model_used
    and names.service_tier = coalesce(call.service_tier, '')
join app.price_lists as lists using (price_list)
order by price_list desc limit 1
"""


def explain_cost(connection: duckdb.DuckDBPyConnection, interaction_id: str) -> dict[str, Any]:
    """`lines` that add up to the estimated cost, and their `source`: a list and a model in it, or None."""
    where = one(interaction_id)
    connection.execute(LINES.format(where=where.sql), where.parameters)
    lines = fetch_records(connection)
    connection.execute(SOURCE.format(where=where.sql), where.parameters)
    return {"lines": lines, "source": next(iter(fetch_records(connection)), None)}
