"""What the filters can be set to: the values that occur, most frequent first."""

import duckdb

MAX_CHOICES = 200
COLUMNS = {
    "interaction_type": "interaction_type",
    "model": "model_used",
    "prompt_name": "prompt_name",
    "prompt_version": "prompt_version",
    "category": "category",
}
CHOICES = """
select {expression} as value from marts.interactions
where {expression} is not null group by 1 order by count(*) desc, 1 limit {limit}
"""


def list_choices(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """For each filter with few values, at most 200 of them."""
    return {
        name: [
            str(value)
            for (value,) in connection.execute(
                CHOICES.format(expression=expression, limit=MAX_CHOICES)
            ).fetchall()
        ]
        for name, expression in COLUMNS.items()
    }
