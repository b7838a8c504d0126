"""`Interactions`: the questions one can ask of the interactions, and the feedback one can give, over HTTP."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal
from urllib.parse import quote

from spanmart.client.http import Connection

API = "/api/ai-interactions"
LARGEST_PAGE = 500

Filters = Mapping[str, object]
Sort = Literal[
    "created_at",
    "updated_at",
    "processing_time_ms",
    "tokens_used",
    "estimated_cost_usd",
    "quality_score",
    "-created_at",
    "-updated_at",
    "-processing_time_ms",
    "-tokens_used",
    "-estimated_cost_usd",
    "-quality_score",
]
ExportFormat = Literal["csv", "json", "parquet"]
GivenFeedback = Literal["accepted", "rejected", "modified"]


class Interactions:
    """The interactions of the spanmart at `url`.

    `token` is one of scope `read`, and `ingest` for feedback; on a machine of one's own, where nobody need
    log in, there need be none. Filters are a mapping of the API's names; a date or datetime is one of
    Python's or ISO 8601, and None leaves a filter out. Every method raises a `SpanmartError`.
    """

    def __init__(
        self, url: str = "http://localhost:8080", token: str | None = None, *, timeout_s: float = 60.0
    ) -> None:
        self._connection = Connection(url, token, timeout_s)

    def get_metrics(self, filters: Filters | None = None) -> dict[str, Any]:
        """Totals, rates, latency, cost, tokens and quality, and the same by type, status and model."""
        return self._ask("/metrics", filters)

    def get_all(
        self,
        filters: Filters | None = None,
        sort: Sort = "-created_at",
        limit: int = 50,
        cursor: str | None = None,
    ) -> dict[str, Any]:
        """One page of interactions with previews of their texts: `{"items", "total", "next_cursor"}`."""
        return self._ask("", filters, sort=sort, limit=limit, cursor=cursor)

    def iterate(self, filters: Filters | None = None, sort: Sort = "-created_at") -> Iterator[dict[str, Any]]:
        """All interactions that fit, each once, however many pages they are."""
        cursor = None
        while True:
            page = self.get_all(filters, sort, LARGEST_PAGE, cursor)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def get_by_id(self, interaction_id: str) -> dict[str, Any]:
        """One interaction with its whole texts. Raises UnknownInteraction."""
        return self._ask(f"/{quote(interaction_id, safe='')}")

    def get_failures(self, limit: int = 50, filters: Filters | None = None) -> dict[str, Any]:
        """The newest failed calls with their texts and error details: `{"items", "total"}`."""
        return self._ask("/failures", filters, limit=limit)

    def get_data_quality_issues(
        self, limit: int = 50, filters: Filters | None = None, variable: str | None = None
    ) -> dict[str, Any]:
        """The newest calls that did not properly get a declared variable, or this one."""
        return self._ask("/data-quality-issues", filters, limit=limit, variable=variable)

    def export(
        self,
        filters: Filters | None = None,
        format: ExportFormat = "csv",
        sort: Sort = "-created_at",
        columns: Sequence[str] = (),
    ) -> Iterator[bytes]:
        """All interactions that fit as pieces of a file; `columns` in their order, or all."""
        options = _parameters(filters, format=format, sort=sort, columns=",".join(columns) or None)
        return self._connection.stream(f"{API}/export", options)

    def submit_feedback(
        self,
        interaction_id: str,
        user_feedback: GivenFeedback,
        comment: str | None = None,
        quality_score: float | None = None,
        final_text: str | None = None,
    ) -> int:
        """Give feedback and return its ingest_seq once it is on disk; the next refresh shows it."""
        answer = self._connection.post(
            f"{API}/{quote(interaction_id, safe='')}/feedback",
            {
                "user_feedback": user_feedback,
                "comment": comment,
                "quality_score": quality_score,
                "final_text": final_text,
            },
        )
        return int(answer["ingest_seq"])

    def _ask(self, path: str, filters: Filters | None = None, **options: object) -> dict[str, Any]:
        return self._connection.get(API + path, _parameters(filters, **options))


def _parameters(filters: Filters | None, **options: object) -> dict[str, str]:
    given = {**(filters or {}), **options}
    return {
        name: value.isoformat() if isinstance(value, date) else str(value)
        for name, value in given.items()
        if value is not None
    }
