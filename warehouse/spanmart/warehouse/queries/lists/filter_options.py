"""What the filters can be set to: the values that occur, most frequent first."""

import duckdb

MAX_CHOICES = 200
CATEGORIES = "(select category, 1 as interactions from marts.interactions)"
# Both names that the filter knows a call by.
MODELS = """(
    select unnest(list_distinct([request_model, model_used])) as model, interactions from marts.metrics_hourly
)"""
# What sums up many calls in a row tells their names sooner than the calls do.
SOURCES = {
    "interaction_type": ("interaction_type", "marts.metrics_hourly"),
    "model": ("model", MODELS),
    "prompt_name": ("prompt_name", "marts.quality_daily"),
    "prompt_version": ("prompt_version", "marts.quality_daily"),
    "category": ("category", CATEGORIES),
}
CHOICES = """
select {column} from {source}
where {column} is not null group by 1 order by sum(interactions) desc, 1 limit {limit}
"""


def list_choices(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """For each filter with few values, at most 200 of them."""
    return {name: _list(connection, column, source) for name, (column, source) in SOURCES.items()}


def _list(connection: duckdb.DuckDBPyConnection, column: str, source: str) -> list[str]:
    statement = CHOICES.format(column=column, source=source, limit=MAX_CHOICES)
    return [value for (value,) in connection.execute(statement).fetchall()]
