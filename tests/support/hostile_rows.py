"""Marts in which single values are as no sender should send them and no mart should have them.

They are put there behind dbt's back: whatever lets one through some day, pages must still be answered.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spanmart.warehouse import Warehouse
from support.calls import Call
from support.known_calls import CALLS, NOON, unbuilt_marts
from support.marts import Marts

DEEP = 2000
LONG = "a word and another " * 55_000
JSON = {
    "nan": '{"a": NaN, "b": [Infinity, -Infinity], "c": 1}',
    "beyond doubles": '{"a": 1e999, "b": -1e999, "c": 1}',
    "many digits": f'{{"a": {"9" * 5000}, "c": 1}}',
    "deep list": "[" * DEEP + "]" * DEEP,
    "deep object": '{"a":' * DEEP + "1" + "}" * DEEP,
    "deep, unbalanced": "[" * 700 + "1" + ",2]" * 700,
    "keys twice": '{"a": 1, "a": NaN, "role": "user", "role": 2}',
    "messages": '[{"role": {"a": 1}, "parts": [{"type": ["text"], "content": 5}, 7, null]}, null, 3, "x"]',
    "a tool's": r'[{"role":"user","parts":[{"type":"tool_call","name":[1],"arguments":"{\"\\ud83e\":1}"}]}]',
    "number": "7",
    "text": '"only text"',
    "half in text": r'"{\"a\": \"\\ud83e\"}"',
    "null": "null",
    "trace": '{"stacktrace": {"a": [1, 2]}}',
    "trace number": '{"stacktrace": 5, "message": [NaN]}',
    "long": f'{{"a": "{LONG}"}}',
    "nul": r'{"a\u0000": "b\u0000"}',
}
JSON_COLUMNS = {
    "interactions": ("input_variables", "metadata"),
    "interaction_texts": ("input_messages", "output_messages", "structured_output", "error_details"),
}
TEXTS = {
    "long text": LONG,
    "nul in text": "\x00=1+1",
    "directions": "\u202egnp.exe\u2028\u2029\x85\x1b[31m",
    "noncharacters": "\ufffe\uffff\U0010ffff",
    "empty": "",
    "only space": " \t\r\n",
    "json text": '{"a": NaN}',
}
TEXT_COLUMNS = {
    "interactions": (
        *("session_id", "user_id", "prompt_id", "prompt_name", "prompt_version", "interaction_type"),
        *("status_reason", "operation", "provider", "request_model", "model_used", "service_tier"),
        *(
            "error_type",
            "error_message",
            "finish_reason",
            "user_feedback_comment",
            "category",
            "session_type",
        ),
        *("service_name", "environment", "response_id", "request_id", "error_code"),
        *("prompt_preview", "response_preview"),
    ),
    "interaction_texts": ("rendered_prompt", "system_instructions", "ai_response", "refusal"),
}
BIGGEST, SMALLEST = 2**63 - 1, -(2**63)
FIGURES = {
    "nulls": "null",
    "biggest": str(BIGGEST),
    "smallest": str(SMALLEST),
    "nothing": "0",
}
FIGURE_COLUMNS = (
    *("processing_time_ms", "time_to_first_chunk_ms", "quality_score", "http_status", "edit_distance"),
    *("input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens"),
    *("tokens_used", "audience_id", "tone_id", "retry_count"),
)
DOUBLES = {
    "no number": "nan",
    "infinite": "inf",
    "minus infinite": "-inf",
    "huge": "1.7e308",
    "minus huge": "-1.7e308",
}
DOUBLE_COLUMNS = ("processing_time_ms", "time_to_first_chunk_ms", "quality_score")
COSTS = {"dear": "99999999999999.999999999999999999999999", "minus dear": "-99999999999999"}
COST_COLUMNS = ("estimated_cost_usd", "cost_at_current_prices_usd", "booked_cost_usd")
MOMENTS = {
    "first moment": "290309-12-22 (BC) 00:00:00",
    "before Christ": "0044-03-15 (BC) 12:00:00",
    "year one": "0001-01-01 00:00:00",
    "epoch": "1970-01-01 00:00:00",
    "far": "2554-07-21 23:34:33",
    "last of Python": "9999-12-31 23:59:59.999999",
    "beyond Python": "10000-01-01 00:00:00",
    "last moment": "294247-01-10 04:00:54.775806",
}
MOVES = [
    f"update marts.{mart} set {', '.join(f'{each} = $moment::timestamp' for each in columns)}"
    f" where {key} and ($id, $session) is not null"
    for mart, columns, key in (
        ("interactions", ("created_at", "updated_at", "feedback_at"), "interaction_id = $id"),
        ("failures", ("created_at",), "interaction_id = $id"),
        ("missing_variables", ("created_at",), "interaction_id = $id"),
        ("sessions", ("started_at", "ended_at"), "session_id = $session"),
        ("failure_groups", ("first_seen_at", "last_seen_at"), "sample_interaction_id = $id"),
    )
]
KINDS = (*JSON, *TEXTS, *FIGURES, *DOUBLES, *COSTS)
ODD = {name: Call(1000 + number, at=NOON, session_id=f"odd-{number}") for number, name in enumerate(KINDS)}
FAILED = {
    name: Call(2000 + number, at=NOON, answer=None, error=("APIError", "It failed.", 500), variables={})
    for number, name in enumerate(KINDS)
}


@contextmanager
def hostile_marts(folder: Path) -> Iterator[Marts]:
    """Marts with the known calls, and for each odd value one that went well and one that failed."""
    with unbuilt_marts(folder) as marts:
        marts.land(*CALLS, *ODD.values(), *FAILED.values())
        marts.refresher.refresh()
        for name in KINDS:
            # Of what is long, one is enough to wait for.
            for call in (ODD[name],) if name in ("long", "long text") else (ODD[name], FAILED[name]):
                _spoil(marts.warehouse, name, call.id)
        yield marts


def move(warehouse: Warehouse, call: Call, moment: str) -> None:
    """Give the call another time wherever it has one, as a build would."""
    with warehouse.cursor() as cursor:
        for statement in MOVES:
            cursor.execute(statement, {"moment": moment, "id": call.id, "session": call.session_id})


def _spoil(warehouse: Warehouse, name: str, interaction_id: str) -> None:
    with warehouse.cursor() as cursor:
        for mart, column, written in _spoiled(name):
            cursor.execute(
                f"update marts.{mart} set {column} = $value::{written[1]} where interaction_id = $id",
                {"id": interaction_id, "value": written[0]},
            )


def _spoiled(name: str) -> Iterator[tuple[str, str, tuple[str | None, str]]]:
    """The marts, columns and values that a kind stands for."""
    if name in JSON:
        yield from (
            (mart, each, (JSON[name], "json")) for mart, some in JSON_COLUMNS.items() for each in some
        )
    if name in TEXTS:
        yield from (
            (mart, each, (TEXTS[name], "varchar")) for mart, some in TEXT_COLUMNS.items() for each in some
        )
    if name in FIGURES:
        value = None if name == "nulls" else FIGURES[name]
        yield from (("interactions", each, (value, "bigint")) for each in FIGURE_COLUMNS)
    if name in DOUBLES:
        yield from (("interactions", each, (DOUBLES[name], "double")) for each in DOUBLE_COLUMNS)
    if name in COSTS or name == "nulls":
        value = COSTS.get(name)
        yield from (("interactions", each, (value, "decimal(38, 24)")) for each in COST_COLUMNS)
