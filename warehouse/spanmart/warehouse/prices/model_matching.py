"""Whose price each called name has: matched once for a list, and remembered as long as the list itself.

Matching takes rules that only genai-prices has, and that change with it: a name must mean the same model when
the marts are built anew.
"""

from dataclasses import asdict
from typing import TYPE_CHECKING

import pyarrow as pa

from spanmart.warehouse.prices.custom_prices import OwnPrices
from spanmart.warehouse.prices.price_list import Matcher

if TYPE_CHECKING:
    import duckdb

OWN_TEXT = "select own_prices from app.price_lists where price_list = ?"
PRICED = "select distinct provider, model, price_context from app.price_rates where price_list = ?"
INSERT_NAMES = "insert into app.price_names by name select * from arriving"


def match_names(cursor: "duckdb.DuckDBPyConnection", called: pa.Table) -> pa.Table:
    """The called names, each with whose price it has in a list; those without a `price_context` are new."""
    rows = called.to_pylist()
    new = [row for row in rows if row["price_context"] is None]
    matchers = {number: _matcher(cursor, number) for number in {row["price_list"] for row in new}}
    for row in new:
        name = matchers[row["price_list"]].match(row["provider"], row["model_used"], row["service_tier"])
        row.update(asdict(name))
    if new:
        cursor.register("arriving", pa.Table.from_pylist(new, called.schema))
        cursor.execute(INSERT_NAMES)
    return pa.Table.from_pylist(rows, called.schema)


def _matcher(cursor: "duckdb.DuckDBPyConnection", price_list: int) -> Matcher:
    [(own_prices,)] = cursor.execute(OWN_TEXT, [price_list]).fetchall()
    return Matcher(OwnPrices.recorded(own_prices), set(cursor.execute(PRICED, [price_list]).fetchall()))
