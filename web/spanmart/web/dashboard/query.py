"""What the dashboard is asked for: which view of which interactions, and how the reader looks at them."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from spanmart.warehouse.queries.filters import Text
from spanmart.web.api.schemas import ColumnNames, ListQuery
from spanmart.web.dashboard.time_zones import convert_to_utc, zone_of

Order = Literal["newest", "calls", "cost", "failures", "rejected", "duration"]

Comparison = Literal["previous", "week", "none"]
COMPARISONS: dict[Comparison, str] = {
    "previous": "the period before",
    "week": "the same days of the week before",
    "none": "nothing",
}


def _check_zone(name: str) -> str:
    zone_of(name)
    return name


class DashboardQuery(ListQuery):
    """Which view of which interactions."""

    tab: Literal["ai-insights"] = Field(default="ai-insights", description="The tab of the dashboard.")
    view: str = Field(default="metrics", description="What to show.")
    time_zone: Annotated[str, AfterValidator(_check_zone)] = Field(
        default="UTC", description="Where dates and days are meant."
    )
    columns: ColumnNames | None = Field(default=None, description="Columns of the log, with commas between.")
    variable: Text | None = Field(default=None, description="Variable without which calls went.")
    order: Order | SkipJsonSchema[None] = Field(
        default=None, description="What sessions or users are sorted by, most first."
    )
    page: Annotated[int, Field(ge=1, le=10_000)] = Field(default=1, description="Of sessions or users.")
    compare: Comparison = Field(default="previous", description="What to compare the figures with.")

    @model_validator(mode="before")
    @classmethod
    def _dates_in_utc(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        return {**given, **dates_in_utc(given)}

    @property
    def offset(self) -> int:
        """How many sessions or users the pages before this one have."""
        return (self.page - 1) * self.limit

    @property
    def zone(self) -> tzinfo:
        return zone_of(self.time_zone)


def dates_in_utc(given: Mapping[str, Any]) -> dict[str, str]:
    """The dates among what was given, as the API takes them. Those of an unknown zone are in UTC."""
    try:
        zone = zone_of(given.get("time_zone"))
    except ValueError:
        zone = zone_of(None)
    return {
        name: convert_to_utc(given[name], zone, is_end=name == "end_date")
        for name in ("start_date", "end_date")
        if isinstance(given.get(name), str)
    }
