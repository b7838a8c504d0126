"""What eleven instrumentations sent of the same calls: one row each, and in it whatever they told.

The calls were made to a server that always answers the same: the name of a case says what is true of it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spanmart.warehouse import Warehouse
from support.marts import Marts
from support.otlp import recordings
from support.recorded_bodies import rows_of
from support.spans import Row

FOLDER = recordings() / "dialects"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"there are no recordings at {FOLDER}")

EMAIL = (
    "Subject: Your order is on its way\n\nHi Dana,\n\nGood news: order #48213 left our warehouse this "
    "morning and should reach you by Thursday. Track it any time from your account page.\n\n"
    "Warm regards,\nThe Fernwood team"
)
DRAFT = (
    '{"subject": "Your order is on its way", "body": "Hi Dana, order #48213 ships today.", '
    '"sentiment": "positive", "tags": ["shipping", "order"]}'
)
BAD_KEY = (
    "Incorrect API key provided: sk-bad***. "
    "You can find your API key at https://platform.openai.com/account/api-keys."
)
TOO_MANY = (
    "Rate limit reached for gpt-4o-mini in organization org-x on requests per min (RPM): "
    "Limit 3, Used 3, Requested 1."
)
CHAT = {
    "operation": "chat",
    "provider": "openai",
    "request_model": "gpt-4o-mini",
    "model_used": "gpt-4o-mini-2024-07-18",
    "input_tokens": 1242,
    "cached_input_tokens": 1024,
    "output_tokens": 57,
    "reasoning_tokens": 0,
    "finish_reason": "stop",
    "is_streamed": False,
    "status": "success",
    "ai_response": EMAIL,
    "tools": [],
    "error_message": None,
    "http_status": None,
}
USAGE = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_tokens")
WITHOUT_USAGE = dict.fromkeys(USAGE)
STREAM = CHAT | WITHOUT_USAGE | {"is_streamed": True}
TOOLS = CHAT | {
    "finish_reason": "tool_calls",
    "ai_response": None,
    "tools": ["lookup_order", "get_weather"],
}
RESPONSE = CHAT | {
    "request_model": "gpt-5-mini",
    "model_used": "gpt-5-mini",
    "input_tokens": 1310,
    "cached_input_tokens": 1152,
    "output_tokens": 121,
    "reasoning_tokens": 64,
}
EMBEDDING = CHAT | {
    "operation": "embeddings",
    "request_model": "text-embedding-3-small",
    "model_used": "text-embedding-3-small",
    "input_tokens": 18,
    "cached_input_tokens": None,
    "output_tokens": None,
    "reasoning_tokens": None,
    "finish_reason": None,
    "ai_response": None,
}
ERROR = (
    CHAT
    | WITHOUT_USAGE
    | {
        "model_used": "gpt-4o-mini",
        "finish_reason": None,
        "status": "failure",
        "ai_response": None,
    }
)
UNFINISHED = STREAM | {"finish_reason": None}
FACTS: dict[str, dict[str, Any]] = {
    "chat": CHAT,
    "async_chat": CHAT,
    "generate_chat": CHAT,
    "chat_n2": CHAT | {"output_tokens": 114},
    "chat_parse": CHAT | {"ai_response": DRAFT},
    "chat_refusal": CHAT | {"ai_response": None, "status": "partial"},
    "chat_stream": STREAM,
    "chat_stream_usage": CHAT | {"is_streamed": True},
    "stream_chat": CHAT | {"is_streamed": True},
    "chat_tools": TOOLS,
    "chat_tools_stream": TOOLS | {"is_streamed": True},
    "tools": TOOLS,
    "completions_legacy": CHAT
    | {
        "operation": "text_completion",
        "request_model": "gpt-3.5-turbo-instruct",
        "model_used": "gpt-3.5-turbo-instruct",
        "input_tokens": 9,
        "cached_input_tokens": None,
        "reasoning_tokens": None,
    },
    "embeddings": EMBEDDING,
    "embed": EMBEDDING | {"input_tokens": 9},
    "responses": RESPONSE,
    "responses_stream": RESPONSE | {"is_streamed": True},
    "responses_tools": RESPONSE
    | {"finish_reason": "tool_calls", "ai_response": None, "tools": ["lookup_order"]},
    "err_401": ERROR | {"error_message": BAD_KEY, "http_status": 401},
    "err_429": ERROR | {"error_message": TOO_MANY, "http_status": 429},
    "stream_cut": UNFINISHED
    | {"status": "failure", "ai_response": EMAIL[:60], "error_message": "Connection error."},
    "stream_early_close": UNFINISHED | {"status": "partial", "ai_response": EMAIL[:48]},
}

STREAMS = ("chat_stream", "chat_stream_usage", "chat_tools_stream", "stream_cut", "stream_early_close")
NO_TEXTS = {"ai_response": None, "tools": []}
NO_DETAILS = {"cached_input_tokens": None, "reasoning_tokens": None}
REFUSED = {"status": "success"}  # where a refusal is not told, or told as an answer
NOT_CUT = {
    "status": "partial",
    "error_message": None,
}  # where only the missing finish reason tells of a stream that was cut


def each(cases: tuple[str, ...], facts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return dict.fromkeys(cases, facts)


UNPROCESSED = {
    "error_message": "Failed to process successful response",
    "ai_response": None,
    "model_used": "gpt-4o-mini",
}
# What an instrumentation does not tell, or tells otherwise, in all of its cases and in some.
TOLD_OTHERWISE: dict[str, dict[str, dict[str, Any]]] = {
    "otel_genai": {
        "chat_refusal": REFUSED | {"ai_response": "I'm sorry, but I can't help with that request."},
    },
    "otel_v2_legacy": {
        "": NO_TEXTS | NO_DETAILS | {"is_streamed": False},
        **each(STREAMS, {"finish_reason": None}),
        "chat_refusal": REFUSED,
        "stream_early_close": {"status": "success"},
    },
    "openinf": {},
    "openlit": {
        "chat_refusal": REFUSED,
        "chat_n2": {"ai_response": f"{EMAIL} {EMAIL}"},
        # Counted by itself, as the response has no usage.
        "chat_stream": {"input_tokens": 90, "output_tokens": 105},
    },
    "traceloop": {"stream_cut": NOT_CUT},
    "langfuse": {
        "": {"request_model": None},
        **each(
            ("chat", "async_chat", "chat_n2", "chat_parse", "chat_tools", "completions_legacy"),
            {"finish_reason": None},
        ),
        **each(("responses", "responses_tools"), {"finish_reason": None}),
        **each(("err_401", "err_429"), {"request_model": "gpt-4o-mini"}),
        "chat_refusal": REFUSED | {"finish_reason": None},
        "stream_cut": NOT_CUT,
    },
    "logfire_latest": {
        **each(STREAMS, {"model_used": "gpt-4o-mini"}),
        **each(("responses", "responses_stream", "responses_tools"), {"finish_reason": None}),
        "chat_refusal": REFUSED,
        "stream_cut": NOT_CUT | {"model_used": "gpt-4o-mini"},
    },
    "js_otel": {
        "": NO_TEXTS | NO_DETAILS | {"is_streamed": False},
        "chat_stream": {"input_tokens": 1242, "output_tokens": 57},
    },
    "js_openinference": {"chat_stream": {"model_used": "gpt-4o-mini"}, "embeddings": {"input_tokens": None}},
    "js_vercel": {
        "stream_cut": UNPROCESSED | {"http_status": 200, "is_streamed": False},
    },
    "js_vercel_legacy": {
        **each(("err_401", "err_429"), {"http_status": None}),
        "stream_cut": UNPROCESSED,
    },
}
# Cases in which it sent no span of the call.
SILENT = {("openlit", "completions_legacy"), ("openlit", "stream_cut"), ("openlit", "stream_early_close")}


def cases() -> list[tuple[str, str]]:
    """Instrumentations and cases; a case may have been sent in several requests."""
    return sorted({(path.parent.name, case_of(path)) for path in FOLDER.glob("*/*.traces*.pb")})


def case_of(path: Path) -> str:
    return path.name.partition(".")[0]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, str], list[Row]]]:
    """The rows of each instrumentation and case, in order of time."""
    bodies = [(path, rows_of(path)) for path in sorted(FOLDER.glob("*/*.pb"))]
    marts = Marts(Warehouse.open(tmp_path_factory.mktemp("dialects")))
    marts.build(*(row for _, body in bodies for row in body))
    calls: dict[tuple[str, str], list[Row]] = {name: [] for name in cases()}
    sent = {row["trace_id"]: (path.parent.name, case_of(path)) for path, body in bodies for row in body}
    query = "select * from interactions join interaction_texts using (interaction_id) order by created_at"
    for row in marts.query(query):
        calls[sent[row["trace_id"]]].append(row)
    yield calls
    marts.close()


@pytest.mark.parametrize(("instrumentation", "case"), cases())
def test_a_row_has_what_was_told_of_its_call(
    rows: dict[tuple[str, str], list[Row]], instrumentation: str, case: str
) -> None:
    told = rows[instrumentation, case]
    if (instrumentation, case) in SILENT:
        assert told == []
        return
    otherwise = TOLD_OTHERWISE[instrumentation]
    expected = FACTS[case] | otherwise.get("", {}) | otherwise.get(case, {})
    row = told[0] | {"tools": tools_called(told[0])}
    assert {field: counted(row[field]) for field in expected} == {
        field: counted(value) for field, value in expected.items()
    }
    # The Vercel AI SDK goes on by itself: it calls the tools, and then the model again.
    assert [next_row["ai_response"] for next_row in told[1:]] == ([EMAIL] if case == "tools" else [])


def tools_called(row: Row) -> list[str]:
    said = json.loads(row["output_messages"] or "[]")[:1]
    return [part["name"] for message in said for part in message["parts"] if part["type"] == "tool_call"]


def counted(value: object) -> object:
    """Of details of usage a zero may be left out."""
    return None if value == 0 and value is not False else value


@pytest.mark.parametrize("field", ["ai_response", "rendered_prompt"])
def test_no_text_is_lost_or_said_twice(rows: dict[tuple[str, str], list[Row]], field: str) -> None:
    texts = [row[field] for told in rows.values() for row in told if row[field]]
    assert texts
    assert [text for text in texts if text.count("Write a shipping update") > 1] == []
    assert [text for text in texts if text.count("You write short customer e-mails") > 1] == []
