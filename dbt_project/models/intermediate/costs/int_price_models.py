"""One row per name called in this refresh and list that prices the call: whose price it has.

Matching names to models takes rules that only genai-prices has. What it finds is remembered in `app`, on a
connection of its own: a transaction writes to one file.
"""

from typing import Any

import pyarrow as pa

from spanmart.warehouse.prices.names import match_names


def model(dbt: Any, session: Any) -> pa.Table:  # noqa: ANN401 - dbt has no types for them
    """The names called, each with the model that the list has it under, if any."""
    dbt.config(materialized="replaced")
    return match_names(session.cursor(), dbt.ref("int_called_models").to_arrow_table())
