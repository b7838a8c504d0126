"""Links that keep what the reader has chosen: every filter goes along, unless the link changes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from spanmart.warehouse.queries.filters import Filters
from spanmart.web.dashboard.query import dates_in_utc
from spanmart.web.urls import DASHBOARD, EXPORT, INTERACTIONS

# What is not a filter and goes along from page to page.
OPTIONS = ("time_zone", "compare")


@dataclass(frozen=True)
class Links:
    """Writes URLs from the current view and what is given in the current URL.

    `kept` is, by view, what one keeps of its own besides the filters.
    """

    view: str
    given: Mapping[str, str]
    kept: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def filters(self) -> dict[str, str]:
        """The filters in the current URL, as they were written there."""
        return {name: self.given[name] for name in Filters.model_fields if name in self.given}

    @property
    def options(self) -> dict[str, str]:
        """How the reader looks at what is filtered."""
        return {name: self.given[name] for name in OPTIONS if name in self.given}

    def to(self, view: str | None = None, **changes: str | float | None) -> str:
        """A page with the current filters, changed; None takes one away. Paging starts anew."""
        target = view or self.view
        kept = {**self.filters, **self.options, **self._list_options(target)}
        return f"{DASHBOARD}?{urlencode({'tab': 'ai-insights', 'view': target, **_change(kept, changes)})}"

    def clear(self) -> str:
        """The current view without any filter."""
        return f"{DASHBOARD}?{urlencode({'tab': 'ai-insights', 'view': self.view, **self.options})}"

    def fragment(self, **changes: str) -> str:
        """What this page polls to stay live, or, with another cursor, what comes after it."""
        given = {name: value for name, value in self.given.items() if name not in ("tab", "view")} | changes
        return f"{DASHBOARD}/fragment?{urlencode({'tab': 'ai-insights', 'view': self.view, **given})}"

    def export(self, format: str) -> str:
        """A download of exactly what the log shows, all pages of it; all columns where none are chosen."""
        filters = {**self.filters, **dates_in_utc(self.given)}
        return f"{EXPORT}?{urlencode({'format': format, **filters, **self._keep('sort', 'columns')})}"

    def sort_by(self, column: str) -> str:
        """The log sorted by the column: descending first, the other way round when it already is."""
        current = self.given.get("sort", "-created_at")
        return self.to("log", sort=column if current == f"-{column}" else f"-{column}")

    def direction(self, column: str) -> str | None:
        """How the log is sorted by the column now, in the words of aria-sort, or None."""
        current = self.given.get("sort", "-created_at")
        return {f"-{column}": "descending", column: "ascending"}.get(current)

    def interaction(self, interaction_id: str) -> str:
        return f"{INTERACTIONS}/{interaction_id}"

    def _list_options(self, view: str) -> dict[str, str]:
        return self._keep(*self.kept.get(view, ()))

    def _keep(self, *names: str) -> dict[str, str]:
        return {name: self.given[name] for name in names if name in self.given}


def _change(kept: dict[str, str], changes: Mapping[str, str | float | None]) -> dict[str, str | float]:
    merged = {**kept, **changes}
    return {name: value for name, value in merged.items() if value is not None}
