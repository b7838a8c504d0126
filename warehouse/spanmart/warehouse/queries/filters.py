"""The filters that pages, API and exports share, and the one composer that turns them into SQL.

A value never becomes part of the SQL text: each filter names one fixed condition here, and what the caller
gave is bound as a parameter of the same name.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

Status = Literal["success", "failure", "partial"]
UserFeedback = Literal["no_feedback", "accepted", "rejected", "modified"]

_MOMENT_SCHEMA = {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}


def parse_moment(value: object, zone: tzinfo = UTC, *, is_end: bool = False) -> datetime:
    """The moment that a date or time names, as the marts keep it: in UTC, without an offset.

    A date is midnight in `zone`, a time without an offset is one there. An end that is a date includes that
    day, so it ends where the next one begins. Raises ValueError for what is neither.
    """
    moment = _read_date_or_time(value)
    if not isinstance(moment, datetime):
        if is_end and moment == date.max:
            return datetime.max
        moment = datetime.combine(moment + timedelta(days=int(is_end)), time(), zone)
    elif moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        return moment.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        return moment.replace(tzinfo=None)


def _read_date_or_time(value: object) -> date | datetime:
    if isinstance(value, date):
        return value
    text = str(value).strip()
    try:
        return date.fromisoformat(text) if len(text) == len("2026-01-31") else datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is not an ISO 8601 date or time such as 2026-01-31 or 2026-01-31T14:30:00Z"
            " (write the + of an offset as %2B in a URL)"
        ) from None


def _first_moment(value: object) -> datetime:
    return parse_moment(value)


def _end_moment(value: object) -> datetime:
    return parse_moment(value, is_end=True)


Start = Annotated[datetime, BeforeValidator(_first_moment), WithJsonSchema(_MOMENT_SCHEMA)]
End = Annotated[datetime, BeforeValidator(_end_moment), WithJsonSchema(_MOMENT_SCHEMA)]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Score = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class Filters(BaseModel):
    """Which interactions are meant; a filter that is not given leaves all of them in.

    Raises pydantic's ValidationError (a ValueError) for an unknown filter or a value that does not fit.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    start_date: Start | SkipJsonSchema[None] = Field(
        default=None,
        description="First moment, included: ISO 8601 date or time, in UTC unless it carries an offset.",
    )
    end_date: End | SkipJsonSchema[None] = Field(
        default=None,
        description="A date includes that whole day (UTC); a time is where the range ends, excluded.",
    )
    interaction_type: Text | SkipJsonSchema[None] = Field(default=None, description="As the app named it.")
    status: Status | SkipJsonSchema[None] = Field(default=None, description="How the call ended.")
    user_feedback: UserFeedback | SkipJsonSchema[None] = Field(
        default=None, description="What the user did with it."
    )
    min_quality_score: Score | SkipJsonSchema[None] = Field(
        default=None, description="Lowest score, included."
    )
    max_quality_score: Score | SkipJsonSchema[None] = Field(
        default=None, description="Highest score, included."
    )
    model: Text | SkipJsonSchema[None] = Field(
        default=None, description="Model that was asked for or that answered."
    )
    prompt_name: Text | SkipJsonSchema[None] = Field(default=None, description="Name of the prompt.")
    prompt_version: Text | SkipJsonSchema[None] = Field(default=None, description="Version of the prompt.")
    session_id: Text | SkipJsonSchema[None] = Field(default=None, description="Session of the app.")
    user_id: Text | SkipJsonSchema[None] = Field(default=None, description="User of the app.")
    category: Text | SkipJsonSchema[None] = Field(default=None, description="Category given as context.")
    error_fingerprint: Text | SkipJsonSchema[None] = Field(default=None, description="Group of like errors.")
    q: Text | SkipJsonSchema[None] = Field(
        default=None, description="Text in prompt, response or error message, in any case of letters."
    )

    @property
    def given(self) -> dict[str, Any]:
        """The filters that are given. What a query says besides, such as how to sort, is none of them."""
        return {name: value for name in Filters.model_fields if (value := getattr(self, name)) is not None}


TEXT_HIT = """(
    contains(lower(rendered_prompt), lower($q))
    or contains(lower(system_instructions), lower($q))
    or contains(lower(ai_response), lower($q))
    or contains(lower(structured_output::varchar), lower($q))
)"""
HIT = """(
    contains(lower(error_message), lower($q))
    or interaction_id in (select interaction_id from marts.interaction_texts where {text_hit})
)"""
_CONDITIONS: Mapping[str, str] = {
    "start_date": "created_at >= $start_date",
    "end_date": "created_at < $end_date",
    "interaction_type": "interaction_type = $interaction_type",
    "status": "status = $status",
    "user_feedback": "user_feedback = $user_feedback",
    "min_quality_score": "quality_score >= $min_quality_score",
    "max_quality_score": "quality_score <= $max_quality_score",
    "model": "(request_model = $model or model_used = $model)",
    "prompt_name": "prompt_name = $prompt_name",
    "prompt_version": "prompt_version = $prompt_version",
    "session_id": "session_id = $session_id",
    "user_id": "user_id = $user_id",
    "category": "category = $category",
    "error_fingerprint": "error_fingerprint = $error_fingerprint",
    "q": HIT.format(text_hit=TEXT_HIT),
}


# Where a filter has not the name of the column that it asks.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "start_date": ("created_at",),
    "end_date": ("created_at",),
    "min_quality_score": ("quality_score",),
    "max_quality_score": ("quality_score",),
    "model": ("request_model", "model_used"),
    "q": ("error_message", "interaction_id"),
}


def list_filters_on(columns: Collection[str]) -> frozenset[str]:
    """The filters that a table with these columns can be asked by."""
    return frozenset(name for name in _CONDITIONS if set(columns).issuperset(_COLUMNS.get(name, (name,))))


@dataclass(frozen=True)
class Where:
    """A condition on `marts.interactions` and the parameters it binds."""

    sql: str = "true"
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def narrow(self, sql: str, parameters: Mapping[str, Any] | None = None) -> "Where":
        """Return the condition with one more that must hold as well."""
        return Where(f"{self.sql} and ({sql})", {**self.parameters, **(parameters or {})})


def compose(filters: Filters) -> Where:
    """Turn the filters that are given into one condition with bound parameters."""
    given = filters.given
    if not given:
        return Where()
    return Where(" and ".join(_CONDITIONS[name] for name in given), given)


def one(interaction_id: str) -> Where:
    """The interaction with this id. Its key, a hash, is read faster and leaves few rows to compare."""
    return Where("interaction_key = md5_number_lower($id) and interaction_id = $id", {"id": interaction_id})
