"""Feedback given on a page or through the API: landed as the same event that an app would send.

It takes the ledger's way into the marts like everything else, so there is one rule for what feedback means.
"""

import time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from spanmart.warehouse.storage.batch import Batch, LogEvent, Scalar

GivenFeedback = Literal["accepted", "rejected", "modified"]
SOURCE = "api"
EVENT = "gen_ai.evaluation.result"
FINAL_TEXT = "spanmart.feedback.final_text"
EDIT_DISTANCE = "spanmart.feedback.edit_distance"


class Feedback(BaseModel):
    """What a user did with a response. Raises pydantic's ValidationError (a ValueError)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    user_feedback: GivenFeedback = Field(description="What the user did with the response.")
    comment: Annotated[str, Field(max_length=10_000)] | None = Field(default=None, description="Why.")
    quality_score: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False, strict=True)] | None = Field(
        default=None, description="How good it was, 0 to 100."
    )
    final_text: Annotated[str, Field(max_length=1_000_000)] | None = Field(
        default=None, description="The text that the user kept, where they changed it."
    )


def feedback_batch(interaction_id: str, feedback: Feedback) -> Batch:
    """One `gen_ai.evaluation.result` event on the interaction's span."""
    trace_id, _, span_id = interaction_id.rpartition("-")
    attributes: dict[str, Scalar | None] = {
        "gen_ai.evaluation.name": "user_feedback",
        "gen_ai.evaluation.score.label": feedback.user_feedback,
        "gen_ai.evaluation.score.value": feedback.quality_score,
        "gen_ai.evaluation.explanation": feedback.comment,
        FINAL_TEXT: feedback.final_text,
        "spanmart.interaction.id": interaction_id,
    }
    event = LogEvent(
        event_name=EVENT,
        time_unix_nano=time.time_ns(),
        trace_id=trace_id,
        span_id=span_id,
        attributes={name: value for name, value in attributes.items() if value is not None},
    )
    return Batch.of_log_events(SOURCE, [event])
