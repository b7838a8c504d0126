"""What metrics are taken of: of all calls together, and of each type, status and model."""

from dataclasses import dataclass

# How a model does is told by the name that it was asked by, for a call that failed has no other: by the name
# of the snapshot that answers, all failures would be on one and all successes on the other.
MODEL_ASKED_FOR = "coalesce(request_model, model_used)"


@dataclass(frozen=True)
class Grouping:
    """The columns that tell the groups apart, and the sets that they are grouped by."""

    columns: str
    sets: str


EACH = Grouping(
    """
    grouping(interaction_type) = 0 as by_type,
    grouping(status) = 0 as by_status,
    grouping(model) = 0 as by_model,
    interaction_type, status, model
    """,
    "grouping sets ((), (interaction_type), (status), (model))",
)
TOTAL = Grouping(
    """
    false as by_type, false as by_status, false as by_model,
    null::varchar as interaction_type, null::varchar as status, null::varchar as model
    """,
    "grouping sets (())",
)
