"""The columns of the log: those that are shown at first, those that can be, and how values are written."""

from collections.abc import Mapping
from dataclasses import dataclass

from spanmart.warehouse.queries.columns import INTERACTION_COLUMNS, PREVIEW_COLUMNS, Column, choose
from spanmart.warehouse.queries.pagination import SORTABLE
from spanmart.web.formatting import words

SHOWN_AT_FIRST = (
    "created_at",
    "interaction_type",
    "status",
    "model_used",
    "processing_time_ms",
    "tokens_used",
    "estimated_cost_usd",
    "user_feedback",
    "quality_score",
    "prompt_preview",
)
TITLES: Mapping[str, str] = {
    "created_at": "Date (UTC)",
    "interaction_type": "Type",
    "model_used": "Model",
    "processing_time_ms": "Time",
    "time_to_first_chunk_ms": "First chunk",
    "tokens_used": "Tokens",
    "estimated_cost_usd": "Cost",
    "cost_at_current_prices_usd": "Cost at current prices",
    "booked_cost_usd": "Booked cost",
    "reported_cost_usd": "Cost by the sender",
    "cache_write_1h_tokens": "Cache write tokens for an hour",
    "user_feedback": "Feedback",
    "user_feedback_comment": "Comment",
    "quality_score": "Score",
    "prompt_preview": "Prompt",
    "response_preview": "Response",
    "prompt_name": "Prompt name",
}
LONG_TEXTS = frozenset({"prompt_preview", "response_preview", "error_message", "user_feedback_comment"})


@dataclass(frozen=True)
class LogColumn:
    """A column as the log shows it; `shown_as` says how its values are written."""

    name: str
    title: str
    shown_as: str
    sortable: bool

    @property
    def is_number(self) -> bool:
        """Whether its values stand at the right, one below the other."""
        return self.shown_as in ("duration", "usd", "number")


def _choose_format(column: Column) -> str:
    if column.name in ("status", "user_feedback"):
        return column.name
    if column.name in LONG_TEXTS:
        return "preview"
    if column.name.endswith("_ms"):
        return "duration"
    if column.name.endswith("_usd"):
        return "usd"
    return {"integer": "number", "list": "json"}.get(column.kind, column.kind)


def _log_column(column: Column) -> LogColumn:
    title = TITLES.get(column.name, words(column.name).capitalize())
    return LogColumn(column.name, title, _choose_format(column), column.name in SORTABLE)


_LISTED = [column.name for column in (*INTERACTION_COLUMNS, *PREVIEW_COLUMNS)]
ALL_COLUMNS = tuple(_log_column(column) for column in choose([*SHOWN_AT_FIRST, *_LISTED]))


def shown(names: str | None) -> tuple[LogColumn, ...]:
    """The columns of these names, with commas between, or those that are shown at first."""
    return tuple(_log_column(column) for column in choose(names.split(",") if names else SHOWN_AT_FIRST))
