"""The spans and events that tests land: one builder of a row, `any_span`, and what is made with it."""

import json
from collections.abc import Mapping
from typing import Any

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

Row = dict[str, Any]


def messages(*said: tuple[str, str | None], finish_reason: str | None = None) -> str:
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
        (key, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for key, value in attributes.items()
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
