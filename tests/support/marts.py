"""Landing made-up spans and feedback, and reading what the marts make of them."""

import json
import os
from collections.abc import Mapping
from typing import Any

import flask
import pyarrow as pa

from spanmart.warehouse import Batch, Refresher, Tokens, Users, Warehouse
from spanmart.warehouse.dbt.paths import dbt_project_dir
from spanmart.warehouse.storage.batch import LOG_EVENTS, SPANS
from spanmart.web import Site, create_app

NANOSECONDS = 1_000_000_000
NOON = 1_790_000_000 * NANOSECONDS  # 2026-09-21 14:13:20 UTC
DAY = 86_400 * NANOSECONDS
OURS = "spanmart.instrumentation"

# What a call that raised has no attributes for.
ANSWER = (
    "gen_ai.response.model",
    "gen_ai.response.id",
    "gen_ai.response.finish_reasons",
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.output_tokens",
    "gen_ai.output.messages",
)
# What the product asks for itself has a schema of its own.
MARTS = tuple(
    sorted(
        path.stem
        for path in (dbt_project_dir() / "models" / "marts").rglob("*.sql")
        if "schema=" not in path.read_text(encoding="utf-8")
    )
)
# Not a mart, but what the refreshes carry on from one to the next.
STATES = ("intermediate.int_feedback", "intermediate.int_feedback_by_call", "intermediate.int_call_aliases")
INTERACTION = (
    "select * from interactions join interaction_texts using (interaction_id) where interaction_id = ?"
)

Row = dict[str, Any]
Calls = dict[tuple[str, str], Row]


def messages(*said: tuple[str, str], finish_reason: str | None = None) -> str:
    """Messages of the GenAI conventions, each of one text part."""
    return json.dumps(
        [
            {"role": role, "parts": [{"type": "text", "content": text}]}
            | ({"finish_reason": finish_reason} if finish_reason else {})
            for role, text in said
        ]
    )


def texts(attributes: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Attributes as the raw tables hold them: strings verbatim, anything else as JSON text."""
    return [
        (key, value if isinstance(value, str) else json.dumps(value)) for key, value in attributes.items()
    ]


def span(number: int = 1, *, scope: str = OURS, **changes: Any) -> Row:
    """One span row of a chat call that went well; `attributes` of `changes` are added to the usual ones."""
    usual = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
        "gen_ai.response.id": f"chatcmpl-{number}",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.output_tokens": 100,
        "gen_ai.input.messages": messages(("user", "Say hello")),
        "gen_ai.output.messages": messages(("assistant", "Hello!"), finish_reason="stop"),
    }
    return any_span(number, {**usual, **changes.pop("attributes", {})}, scope=scope, **changes)


def any_span(
    number: int,
    attributes: Mapping[str, Any],
    *,
    scope: str,
    exception: Mapping[str, str] | None = None,
    **changes: Any,
) -> Row:
    """One span row with these attributes and no others; those that are None are left out."""
    start = changes.pop("start", NOON + number * NANOSECONDS)
    event = {"name": "exception", "time_unix_nano": start, "attributes": exception}
    row = {
        "trace_id": f"{number:032x}",
        "span_id": f"{number:016x}",
        "parent_span_id": None,
        "name": "chat gpt-4o-mini",
        "kind": "CLIENT",
        "start_time_unix_nano": start,
        "end_time_unix_nano": start + 2 * NANOSECONDS,
        "status_code": "UNSET",
        "status_message": "",
        "service_name": "training-builder",
        "scope_name": scope,
        "scope_version": "0.1.0",
        "attributes": texts({key: value for key, value in attributes.items() if value is not None}),
        "resource_attributes": texts(
            {"service.name": "training-builder", "deployment.environment.name": "test"}
        ),
        "events": json.dumps([event] if exception else []),
        "links": "[]",
    }
    return row | changes


def failed(number: int = 1, message: str = "Rate limit reached", **changes: Any) -> Row:
    """A span of a call that raised: no answer, no usage."""
    attributes = {
        "error.type": "openai.RateLimitError",
        **dict.fromkeys(ANSWER),
        **changes.pop("attributes", {}),
    }
    return span(number, status_code="ERROR", status_message=message, attributes=attributes, **changes)


def begun(number: int = 1, **changes: Any) -> Row:
    """A span of a call that began a response in the background: an id and no answer."""
    attributes = {
        **changes.pop("attributes", {}),
        **dict.fromkeys(ANSWER),
        "gen_ai.usage.cache_read.input_tokens": None,
        "gen_ai.response.id": f"resp_{number}",
        "gen_ai.response.status": "queued",
    }
    return span(number, attributes=attributes, **changes)


def retrieval(number: int, origin: int = 1, status: str = "completed", **changes: Any) -> Row:
    """A span of a call that retrieved the response which the call of the number `origin` began."""
    answer = {
        "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.output_tokens": 100,
        "gen_ai.output.messages": messages(("assistant", "Hello!"), finish_reason="stop"),
    }
    attributes = {
        "gen_ai.operation.name": "responses.retrieve",
        "gen_ai.response.id": f"resp_{origin}",
        "gen_ai.response.status": status,
        "spanmart.interaction.id": interaction_id(origin),
        **(answer if status == "completed" else {}),
        **changes.pop("attributes", {}),
    }
    return any_span(number, attributes, scope=OURS, **{"name": "responses.retrieve", **changes})


def log_event(number: int, name: str, body: str | None, at: int = NOON, **attributes: Any) -> Row:
    """An event that belongs to the span of the call of that number."""
    return {
        "time_unix_nano": at,
        "trace_id": f"{number:032x}",
        "span_id": f"{number:016x}",
        "event_name": name,
        "severity": None,
        "body": body,
        "attributes": texts(attributes),
        "resource_attributes": [],
    }


def feedback(number: int = 1, label: str = "accepted", at: int = NOON + DAY, **attributes: Any) -> Row:
    """A feedback event about the call of that number."""
    named = {key.replace("__", "."): value for key, value in attributes.items()}
    usual = {"gen_ai.evaluation.name": "user_feedback", "gen_ai.evaluation.score.label": label}
    return log_event(number, "gen_ai.evaluation.result", None, at, **(usual | named))


def numbered(row: Row, number: int) -> Row:
    """The same span as of the call of that number."""
    return row | {"trace_id": f"{number:032x}", "span_id": f"{number:016x}"}


def interaction_id(number: int) -> str:
    return f"{number:032x}-{number:016x}"


class Marts:
    """One warehouse, its refresher, run by hand, and the web application over both."""

    def __init__(self, warehouse: Warehouse, **options: int) -> None:
        self.warehouse = warehouse
        self.refresher = Refresher(warehouse, **options)

    def app(
        self, site: Site | None = None, *, tokens: Tokens | None = None, users: Users | None = None
    ) -> flask.Flask:
        """The web application."""
        return create_app(self.warehouse, self.refresher, site, tokens=tokens, users=users)

    def land(self, *rows: Row) -> int:
        """One commit of spans and feedback; returns its ingest_seq."""
        spans = [row for row in rows if "scope_name" in row]
        events = [row for row in rows if "event_name" in row]
        batch = Batch(
            source="test",
            spans=pa.Table.from_pylist(spans, schema=SPANS) if spans else None,
            log_events=pa.Table.from_pylist(events, schema=LOG_EVENTS) if events else None,
            received=len(rows),
            rejected=0,
            bytes=1000,
        )
        return self.warehouse.landing.submit(batch).result(timeout=60)

    def build(self, *rows: Row) -> None:
        """Land the rows in one commit, and refresh."""
        if rows:
            self.land(*rows)
        self.refresher.refresh()

    def write_prices(self, text: str) -> None:
        """Save the folder's own prices, as an editor would; no two files have the same time."""
        path = self.warehouse.folder / "prices.toml"
        before = path.stat().st_mtime_ns if path.exists() else 0
        path.write_text(text)
        os.utime(path, ns=(before + 1_000_000, before + 1_000_000))

    def query(self, statement: str, *parameters: Any) -> list[Row]:
        """Rows as dictionaries."""
        with self.warehouse.cursor() as cursor:
            result = cursor.execute(statement, parameters)
            names = [column[0] for column in result.description]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def interaction(self, number: int = 1) -> Row:
        """The call's row of `interactions`, with its texts."""
        [row] = self.query(INTERACTION, interaction_id(number))
        return row

    def contents(self) -> dict[str, list[str]]:
        """Every row of every mart, in an order that does not depend on where it is stored."""
        return {
            table: sorted(repr(row) for row in self.query(f"select * from {table}"))
            for table in (*MARTS, *STATES)
        }

    def close(self) -> None:
        self.warehouse.close()
