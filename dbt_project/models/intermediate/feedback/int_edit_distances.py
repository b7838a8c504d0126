"""One row per interaction whose kept text is compared in this refresh: edits from the answer to that text.

In Python, for DuckDB's levenshtein counts bytes and people count characters.
"""

from typing import Any

import pyarrow as pa
from rapidfuzz.distance import Levenshtein


def model(dbt: Any, session: Any) -> pa.Table:  # noqa: ANN401 - dbt has no types for them
    """Levenshtein distances in Unicode code points."""
    dbt.config(materialized="replaced")
    pairs = dbt.ref("int_edited_texts").to_arrow_table()
    distances = [
        Levenshtein.distance(answer.as_py(), kept.as_py())
        for answer, kept in zip(pairs["ai_response"], pairs["final_text"], strict=True)
    ]
    return pa.table(
        {"interaction_id": pairs["interaction_id"], "edit_distance": pa.array(distances, pa.int64())}
    )
