"""What metrics are taken of: of all calls together, and of each type, status and model."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Grouping:
    """The columns that tell the groups apart, and the sets that they are grouped by."""

    columns: str
    sets: str


EACH = Grouping(
    """
    grouping(interaction_type) = 0 as by_type,
    grouping(status) = 0 as by_status,
    grouping(model_used) = 0 as by_model,
    interaction_type, status, model_used as model
    """,
    "grouping sets ((), (interaction_type), (status), (model_used))",
)
TOTAL = Grouping(
    """
    false as by_type, false as by_status, false as by_model,
    null::varchar as interaction_type, null::varchar as status, null::varchar as model
    """,
    "grouping sets (())",
)
