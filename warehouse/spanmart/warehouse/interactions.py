"""`Interactions`: the questions one can ask of the interactions, and the feedback one can give.

The API and the pages are thin over this service; whoever is in the same process can use it directly.
Each question reads one snapshot on a connection of its own, so one service serves any number of threads.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Any

from spanmart.warehouse.queries.columns import Column, choose
from spanmart.warehouse.queries.errors import MartsNotBuilt, UnknownInteraction
from spanmart.warehouse.queries.filters import Filters, compose, one
from spanmart.warehouse.queries.lists import export as exports
from spanmart.warehouse.queries.lists import (
    filter_options,
    interaction_list,
    raw_span,
    session_neighbours,
    sessions,
    text_search,
    unread_spans,
    users,
)
from spanmart.warehouse.queries.lists.interaction_list import InteractionList
from spanmart.warehouse.queries.lists.text_search import Found
from spanmart.warehouse.queries.pagination import Sort, SortKey
from spanmart.warehouse.queries.snapshot import are_built, snapshot
from spanmart.warehouse.queries.summaries import (
    cost_breakdown,
    costs,
    data_quality,
    failure_groups,
    metrics,
    prompt_versions,
    time_series,
)
from spanmart.warehouse.storage.feedback_event import Feedback, feedback_batch

if TYPE_CHECKING:
    from spanmart.warehouse.storage.database import Warehouse

MAX_LIMIT = 500

FiltersLike = Filters | Mapping[str, Any] | None


class Interactions:
    """Reads the marts of a warehouse and lands feedback in it.

    Filters are a `Filters` or a mapping of the same names. Every question raises MartsNotBuilt while the
    marts are built for the first time, and ValueError for a filter, sort or limit that does not fit.
    Moments are ISO 8601 in UTC, durations milliseconds, money US dollars, rates between 0 and 1.
    """

    def __init__(self, warehouse: "Warehouse") -> None:
        self._warehouse = warehouse

    def are_built(self) -> bool:
        """Whether the marts can be asked at all."""
        return are_built(self._warehouse)

    def get_metrics(self, filters: FiltersLike = None) -> dict[str, Any]:
        """Totals, rates, latency, cost, tokens and quality, and the same by type, status and model."""
        with snapshot(self._warehouse) as connection:
            return metrics.measure(connection, _filters(filters))

    def get_totals(self, filters: FiltersLike = None) -> dict[str, Any]:
        """What `get_metrics` says of all calls together, without its groups."""
        with snapshot(self._warehouse) as connection:
            return metrics.measure_total(connection, _filters(filters))

    def get_over_time(self, filters: FiltersLike = None, zone: tzinfo = UTC) -> list[dict[str, Any]]:
        """Calls by status, percentiles, cost and tokens in steps of time; days are those of the zone."""
        with snapshot(self._warehouse) as connection:
            return time_series.over_time(connection, _filters(filters), zone)

    def get_distributions(self, filters: FiltersLike = None) -> dict[str, list[dict[str, Any]]]:
        """How many calls took how long, and how many have which quality score."""
        chosen = _filters(filters)
        with snapshot(self._warehouse) as connection:
            return {
                "processing_times": time_series.processing_times(connection, chosen),
                "quality_scores": time_series.quality_scores(connection, chosen),
            }

    def get_prompt_versions(self, filters: FiltersLike = None) -> list[dict[str, Any]]:
        """How the versions of each named prompt do, the most used first, at most 50."""
        with snapshot(self._warehouse) as connection:
            return prompt_versions.prompt_versions(connection, _filters(filters))

    def get_costs(self, filters: FiltersLike = None) -> dict[str, Any]:
        """Costs and tokens in `total` and `by_day`; the 20 dearest `by_model`, type, prompt and user."""
        with snapshot(self._warehouse) as connection:
            return costs.costs(connection, _filters(filters))

    def get_sessions(
        self,
        filters: FiltersLike = None,
        sort: sessions.SessionSort = "-started_at",
        limit: int = 50,
        offset: int = 0,
    ) -> dict[str, Any]:
        """Sessions with a call that fits: `{"items", "total"}`."""
        with snapshot(self._warehouse) as connection:
            return sessions.list_sessions(connection, _filters(filters), sort, _limit(limit), offset)

    def get_session(
        self, session_id: str, limit: int = 50, cursor: str | None = None
    ) -> tuple[dict[str, Any], InteractionList] | None:
        """A session and a page of its calls, in order; None if there is no such session."""
        with snapshot(self._warehouse) as connection:
            session = sessions.find_session(connection, session_id)
            if session is None:
                return None
            calls = interaction_list.list_interactions(
                connection, sessions.calls_of(session), Sort.parse("created_at"), _limit(limit), cursor
            )
            return session, calls

    def get_users(
        self,
        filters: FiltersLike = None,
        sort: users.UserSort = "-interactions",
        limit: int = 50,
        offset: int = 0,
    ) -> dict[str, Any]:
        """What the calls that fit say of each user: `{"items", "total"}`."""
        with snapshot(self._warehouse) as connection:
            return users.list_users(connection, _filters(filters), sort, _limit(limit), offset)

    def get_all(
        self,
        filters: FiltersLike = None,
        sort: SortKey = "-created_at",
        limit: int = 50,
        cursor: str | None = None,
    ) -> InteractionList:
        """One page of interactions with previews of their texts. Raises InvalidCursor."""
        with snapshot(self._warehouse) as connection:
            return interaction_list.list_interactions(
                connection, _filters(filters), Sort.parse(sort), _limit(limit), cursor
            )

    def search(self, filters: FiltersLike, limit: int = 50, cursor: str | None = None) -> Found:
        """Calls whose texts contain `q`, in the newest stretch or the one after it. Raises InvalidCursor."""
        chosen = _filters(filters)
        if chosen.q is None:
            raise ValueError("q, the text to search for, is missing.")
        with snapshot(self._warehouse) as connection:
            return text_search.search(connection, chosen, _limit(limit), cursor)

    def get_by_id(self, interaction_id: str) -> dict[str, Any]:
        """One interaction with its whole texts. Raises UnknownInteraction."""
        with snapshot(self._warehouse) as connection:
            found = interaction_list.find(connection, interaction_id)
        if found is None:
            raise UnknownInteraction(interaction_id)
        return dict(found)

    def get_span(self, interaction_id: str) -> dict[str, Any] | None:
        """The raw span behind an interaction, or None."""
        with snapshot(self._warehouse) as connection:
            return raw_span.find_span(connection, interaction_id)

    def get_final_text(self, interaction_id: str) -> str | None:
        """The text that the user kept, as the newest feedback has it, or None."""
        with snapshot(self._warehouse) as connection:
            return raw_span.find_final_text(connection, interaction_id)

    def explain_cost(self, interaction_id: str) -> dict[str, Any]:
        """What the estimated cost is made of: `{"lines", "source"}`."""
        with snapshot(self._warehouse) as connection:
            return cost_breakdown.explain_cost(connection, interaction_id)

    def get_neighbours(self, interaction_id: str) -> dict[str, Any] | None:
        """The calls before and after in the session: `{"previous_id", "next_id", "place", "calls"}`."""
        with snapshot(self._warehouse) as connection:
            return session_neighbours.find_neighbours(connection, interaction_id)

    def get_failures(self, limit: int = 50, filters: FiltersLike = None) -> dict[str, Any]:
        """The newest failed calls with their texts and error details: `{"items", "total"}`."""
        where = compose(_filters(filters)).narrow("status = 'failure'")
        with snapshot(self._warehouse) as connection:
            items, total = interaction_list.list_with_texts(connection, where, _limit(limit))
        return {"items": items, "total": total}

    def get_failure_groups(self, filters: FiltersLike = None) -> list[dict[str, Any]]:
        """The most frequent kinds of error: how often, since when, what they cost, and their trend."""
        with snapshot(self._warehouse) as connection:
            return failure_groups.list_groups(connection, _filters(filters))

    def get_data_quality_issues(
        self, limit: int = 50, filters: FiltersLike = None, variable: str | None = None
    ) -> dict[str, Any]:
        """The newest calls that did not properly get a declared variable, or this one."""
        where = data_quality.incomplete(_filters(filters), variable)
        with snapshot(self._warehouse) as connection:
            items, total = interaction_list.list_with_texts(connection, where, _limit(limit))
            data_quality.add_reasons(connection, items)
        return {"items": items, "total": total}

    def count_unusable_variables(self, filters: FiltersLike = None) -> list[dict[str, Any]]:
        """How often each variable was missing, empty or invalid, by prompt version, and over time."""
        with snapshot(self._warehouse) as connection:
            return data_quality.count_unusable_variables(connection, _filters(filters))

    def compare_prompt_versions(self, filters: FiltersLike = None) -> list[dict[str, Any]]:
        """What users made of the answers, by prompt version, the most rejected first."""
        with snapshot(self._warehouse) as connection:
            return prompt_versions.list_judged_versions(connection, _filters(filters))

    def get_unread_spans(self) -> dict[str, Any]:
        """Spans that look like calls and are none here: `{"items", "spans", "kinds"}`, an item a kind."""
        with snapshot(self._warehouse) as connection:
            return unread_spans.list_unread_spans(connection)

    def get_choices(self) -> dict[str, list[str]]:
        """The values that occur for the filters that have few, most frequent first."""
        with snapshot(self._warehouse) as connection:
            return filter_options.list_choices(connection)

    def export(
        self,
        filters: FiltersLike = None,
        format: exports.ExportFormat = "csv",
        sort: SortKey = "-created_at",
        columns: Sequence[str] = (),
    ) -> Iterator[bytes]:
        """All interactions that fit as pieces of a file; `columns` in their order, or all but the previews.

        Raises ValueError for another format or column, and MartsNotBuilt, all before the first piece.
        """
        if format not in exports.ENCODINGS:
            raise ValueError(f"Cannot export as {format!r}. Choose one of {', '.join(exports.ENCODINGS)}.")
        chosen, order = _filters(filters), Sort.parse(sort)
        shown = choose(columns) or interaction_list.WITH_TEXTS
        if not self.are_built():
            raise MartsNotBuilt
        return self._export(chosen, order, exports.ENCODINGS[format], shown)

    def _export(
        self, filters: Filters, sort: Sort, encoding: exports.Encoding, columns: Sequence[Column]
    ) -> Iterator[bytes]:
        with snapshot(self._warehouse) as connection:
            yield from exports.export(connection, filters, sort, encoding, columns)

    def submit_feedback(
        self,
        interaction_id: str,
        user_feedback: str,
        comment: str | None = None,
        quality_score: float | None = None,
        final_text: str | None = None,
    ) -> int:
        """Land the feedback and return its ingest_seq once it is on disk; the next refresh shows it.

        Raises UnknownInteraction, ValueError for feedback that does not fit, LandingError if it was
        not stored.
        """
        feedback = Feedback.model_validate(
            {
                "user_feedback": user_feedback,
                "comment": comment,
                "quality_score": quality_score,
                "final_text": final_text,
            }
        )
        self._require(interaction_id)
        return self._warehouse.landing.submit(feedback_batch(interaction_id, feedback)).result()

    def _require(self, interaction_id: str) -> None:
        """A call that has landed but is not in the marts yet can be given feedback, too."""
        with snapshot(self._warehouse) as connection:
            is_built = interaction_list.count(connection, one(interaction_id)) > 0
            if is_built or raw_span.has_landed(connection, interaction_id):
                return
        raise UnknownInteraction(interaction_id)


def _filters(given: FiltersLike) -> Filters:
    return given if isinstance(given, Filters) else Filters.model_validate(given or {})


def _limit(limit: int) -> int:
    if isinstance(limit, bool) or not 1 <= limit <= MAX_LIMIT:
        raise ValueError(f"limit must be a whole number from 1 to {MAX_LIMIT}, not {limit!r}.")
    return limit
