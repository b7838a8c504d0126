"""What the API takes and answers, as classes: they check the requests and make the OpenAPI document."""

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    create_model,
)
from pydantic.json_schema import SkipJsonSchema

from spanmart.warehouse.interactions import MAX_LIMIT
from spanmart.warehouse.queries.columns import (
    INTERACTION_COLUMNS,
    PREVIEW_COLUMNS,
    TEXT_COLUMNS,
    Column,
    Kind,
    choose,
)
from spanmart.warehouse.queries.filters import Filters, Text
from spanmart.warehouse.queries.lists.export import ExportFormat
from spanmart.warehouse.queries.pagination import SortKey
from spanmart.warehouse.storage.feedback_event import Feedback

DEFAULT_LIMIT = 50


def _whole_number(value: object) -> object:
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        raise ValueError(f"{value!r} is not a whole number")
    return value


Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT), BeforeValidator(_whole_number)]
EntryNumber = Annotated[int, Field(ge=1, lt=2**63), BeforeValidator(_whole_number)]


# What no page can have given is refused here; what none of this list has given, by the list itself.
Place = Annotated[str, Field(min_length=100, max_length=1000, pattern="^[A-Za-z0-9_-]+$")]


def _check_columns(names: str) -> str:
    return ",".join(column.name for column in choose(names.split(",")))


_ANY_COLUMN = "|".join(c.name for c in (*INTERACTION_COLUMNS, *PREVIEW_COLUMNS, *TEXT_COLUMNS))
ColumnNames = Annotated[
    str,
    AfterValidator(_check_columns),
    WithJsonSchema({"type": "string", "pattern": f"^({_ANY_COLUMN})(,({_ANY_COLUMN}))*$"}),
]


class NewestQuery(Filters):
    """Filters, and how many of the newest to answer."""

    limit: Limit = Field(default=DEFAULT_LIMIT, description="How many at most.")


class DataQualityQuery(NewestQuery):
    """Filters, how many of the newest to answer, and what they went without."""

    variable: Text | SkipJsonSchema[None] = Field(default=None, description="Variable that was not usable.")


class ListQuery(NewestQuery):
    """Filters, order and place in the list."""

    sort: SortKey = Field(default="-created_at", description="Column to sort by; - before it for descending.")
    cursor: Place | SkipJsonSchema[None] = Field(default=None, description="next_cursor of the page before.")


class ExportQuery(Filters):
    """Filters, order and format of an export."""

    format: ExportFormat = Field(default="csv", description="The file's format.")
    sort: SortKey = Field(default="-created_at", description="Column to sort by; - before it for descending.")
    columns: ColumnNames | SkipJsonSchema[None] = Field(
        default=None,
        description="Columns of the file, with commas between; all but the previews if not given.",
    )


_TYPES: dict[Kind, Any] = {
    "text": str | None,
    "integer": int | None,
    "number": float | None,
    "decimal": float | None,
    "boolean": bool | None,
    "json": Any,
    "list": Any,
    "timestamp": str | None,
}


def _fields(*columns: Column) -> dict[str, Any]:
    return {column.name: (_TYPES[column.kind], ...) for column in columns}


Interaction = create_model(
    "Interaction",
    __doc__="One LLM call with its whole texts.",
    **_fields(*INTERACTION_COLUMNS, *TEXT_COLUMNS),
)
ListedInteraction = create_model(
    "ListedInteraction",
    __doc__="One LLM call with the beginning of its texts.",
    **_fields(*INTERACTION_COLUMNS, *PREVIEW_COLUMNS),
)


class InteractionPage(BaseModel):
    """A page of the log."""

    items: list[ListedInteraction]  # type: ignore[valid-type]
    total: int = Field(description="How many fit the filters in all.")
    next_cursor: str | None = Field(description="Where to go on; null at the end.")


class InteractionItems(BaseModel):
    """The newest interactions of a kind, with their whole texts."""

    items: list[Interaction]  # type: ignore[valid-type]
    total: int = Field(description="How many fit the filters in all.")


class Measures(BaseModel):
    """Rates are between 0 and 1 and null where there is nothing to take a share of."""

    total_interactions: int
    success_count: int
    failure_count: int
    partial_count: int
    success_rate: float | None
    failure_rate: float | None
    partial_rate: float | None
    average_processing_time_ms: float | None
    p50_processing_time_ms: float | None
    p95_processing_time_ms: float | None
    p99_processing_time_ms: float | None
    total_cost_usd: float | None = Field(description="Of the priced calls; null if none is priced.")
    priced_count: int = Field(description="Calls whose cost is known.")
    unpriced_count: int = Field(description="Calls whose model has no known price.")
    no_usage_count: int = Field(description="Calls that tell no tokens: they are unknown, not 0.")
    total_input_tokens: int | None = Field(description="Of the calls that tell them; null if none does.")
    total_output_tokens: int | None = Field(description="Of the calls that tell them; null if none does.")
    total_tokens: int | None = Field(description="Of the calls that tell them; null if none does.")
    data_quality_rate: float | None = Field(description="Of the calls that declare variables.")
    incomplete_count: int = Field(description="Calls that lack a variable which they declare.")
    average_quality_score: float | None = Field(description="0 to 100.")
    scored_count: int


class TypeMeasures(Measures):
    """The measures of one interaction type."""

    interaction_type: str | None


class StatusMeasures(Measures):
    """The measures of one status."""

    status: str | None


class ModelMeasures(Measures):
    """The measures of one model."""

    model: str | None = Field(description="As it was asked for; where that is not told, as it answered.")


class Metrics(Measures):
    """The measures of all that fits the filters, and of its groups, largest first."""

    feedback: dict[str, int] = Field(description="How many of each kind of user feedback.")
    by_type: list[TypeMeasures]
    by_status: list[StatusMeasures]
    by_model: list[ModelMeasures]


class AcceptedFeedback(Feedback):
    """The feedback as it was stored; the next refresh brings it into the marts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    interaction_id: str
    ingest_seq: int = Field(description="Its place in the ledger.")


class AuditQuery(BaseModel):
    """Which entries of the audit log."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Limit = Field(default=DEFAULT_LIMIT, description="How many at most.")
    before: EntryNumber | SkipJsonSchema[None] = Field(
        default=None, description="next_before of the page before."
    )


class AuditEntry(BaseModel):
    """Who changed what, when, and from where."""

    entry: int = Field(description="Its number; a newer one has a higher.")
    happened_at: str
    actor: str = Field(description="A user, a token, the command line, or this machine.")
    address: str = Field(description="Where the request came from; empty for the command line.")
    action: str
    subject: str = Field(description="What was changed.")
    details: str


class AuditPage(BaseModel):
    """Entries of the audit log, the newest first."""

    items: list[AuditEntry]
    next_before: int | None = Field(description="Where to go on; null at the end.")


class Health(BaseModel):
    """The process answers."""

    status: str


class Readiness(BaseModel):
    """Whether the marts can be read, and how fresh they are."""

    status: str = Field(description="ready or building.")
    progress: str | None = Field(description="How far the first build is.")
    refreshed_at: str | None = Field(description="When the marts last took in what had landed.")
    refreshed_seq: int | None = Field(description="The newest ingest_seq in the marts.")
    set_aside: int = Field(description="Commits that are in no mart because none could be built with them.")
    error: str | None = Field(description="Why the last refresh failed, if it did.")
