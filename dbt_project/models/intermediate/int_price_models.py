"""One row per name under which a model was called in this refresh: whose price it has.

Matching names to models takes rules that only genai-prices has.
"""

from typing import Any

import pyarrow as pa

from spanmart.warehouse.prices import resolve_models


def model(dbt: Any, session: Any) -> pa.Table:  # noqa: ANN401 - dbt has no types for them
    """The names called, each with the model that the price list has it under, if any."""
    dbt.config(materialized="table")
    return resolve_models(dbt.ref("int_called_models").to_arrow_table())
