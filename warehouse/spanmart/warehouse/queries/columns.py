"""The columns of the interaction marts, and how each kind of value is written as JSON, CSV or Parquet.

The list is the marts' contract as readers see it. DuckDB writes the values out, so that a page, a list and
an export of the same row can never differ in how they show it, and no value passes through Python one by one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "integer", "number", "decimal", "boolean", "timestamp", "json", "list"]


@dataclass(frozen=True)
class Column:
    """A mart's column and what kind of value it holds."""

    name: str
    kind: Kind


def _make_columns(kind: Kind, *names: str) -> tuple[Column, ...]:
    return tuple(Column(name, kind) for name in names)


INTERACTION_COLUMNS: tuple[Column, ...] = (
    *_make_columns(
        "text", "interaction_id", "session_id", "user_id", "prompt_id", "prompt_name", "prompt_version"
    ),
    *_make_columns("text", "interaction_type", "status", "status_reason", "operation", "provider"),
    *_make_columns("text", "request_model", "model_used", "service_tier"),
    *_make_columns("boolean", "is_streamed"),
    *_make_columns("json", "input_variables"),
    *_make_columns("list", "required_variables", "missing_variables"),
    *_make_columns("boolean", "all_variables_present"),
    *_make_columns("number", "processing_time_ms", "time_to_first_chunk_ms"),
    *_make_columns("integer", "input_tokens", "cached_input_tokens", "cache_write_tokens"),
    *_make_columns("integer", "output_tokens", "reasoning_tokens", "tokens_used"),
    *_make_columns(
        "integer", "cache_write_1h_tokens", "web_searches", "file_searches", "code_interpreter_calls"
    ),
    *_make_columns("decimal", "estimated_cost_usd", "cost_at_current_prices_usd", "booked_cost_usd"),
    *_make_columns("decimal", "reported_cost_usd"),
    *_make_columns("text", "pricing_status", "error_type", "error_message", "error_fingerprint"),
    *_make_columns("integer", "http_status"),
    *_make_columns("text", "finish_reason", "user_feedback", "user_feedback_comment"),
    *_make_columns("timestamp", "feedback_at"),
    *_make_columns("number", "quality_score"),
    *_make_columns("integer", "edit_distance"),
    *_make_columns("json", "metadata"),
    *_make_columns("integer", "audience_id", "tone_id"),
    *_make_columns("text", "category", "session_type", "service_name", "environment"),
    *_make_columns("text", "dialect", "response_id", "request_id"),
    *_make_columns("integer", "retry_count"),
    *_make_columns("text", "error_code", "trace_id", "span_id"),
    *_make_columns("timestamp", "created_at", "updated_at"),
)

PREVIEW_COLUMNS: tuple[Column, ...] = _make_columns("text", "prompt_preview", "response_preview")

TEXT_COLUMNS: tuple[Column, ...] = (
    *_make_columns("text", "rendered_prompt", "system_instructions"),
    *_make_columns("json", "input_messages", "output_messages"),
    *_make_columns("text", "ai_response", "refusal"),
    *_make_columns("json", "structured_output", "error_details"),
)

_COLUMNS: Mapping[str, Column] = {
    column.name: column for column in (*INTERACTION_COLUMNS, *PREVIEW_COLUMNS, *TEXT_COLUMNS)
}


def choose(names: Iterable[str]) -> tuple[Column, ...]:
    """The columns of these names, in their order, each once; ValueError for a name that no column has."""
    chosen = dict.fromkeys(names)
    unknown = [name for name in chosen if name not in _COLUMNS]
    if unknown:
        raise ValueError(f"There is no column {unknown[0]!r}. Columns: {', '.join(_COLUMNS)}")
    return tuple(_COLUMNS[name] for name in chosen)


def as_json(column: Column) -> str:
    """SQL for the value inside a JSON object: moments in ISO 8601 UTC, no NaN or infinity."""
    if column.kind == "timestamp":
        return f"strftime({column.name}, '%Y-%m-%dT%H:%M:%S.%fZ')"
    if column.kind == "number":
        return f"case when isfinite({column.name}::double) then {column.name} end"
    return column.name


# A reader may skip control characters, and take the wide forms for the narrow ones.
_FORMULA = r"^[=+\-@\x00-\x1f\x7f＝＋－＠]"


def as_csv(column: Column) -> str:
    """SQL for the value in a CSV cell; a quote is put before what a spreadsheet would run as a formula."""
    if column.kind == "text":
        begins = f"regexp_matches({column.name}, '{_FORMULA}')"
        return f"case when {begins} then '''' || {column.name} else {column.name} end"
    return as_json(column) if column.kind in ("timestamp", "number") else as_parquet(column)


def as_parquet(column: Column) -> str:
    """SQL for the value in a Parquet file: typed as in the mart, JSON and lists as JSON text."""
    written = {"json": f"{column.name}::varchar", "list": f"to_json({column.name})::varchar"}
    return written.get(column.kind, column.name)


def json_object(columns: Iterable[Column]) -> str:
    """SQL for one row as the text of a JSON object."""
    fields = ", ".join(f"{column.name} := {as_json(column)}" for column in columns)
    return f"to_json(struct_pack({fields}))::varchar"
