"""Whoever describes a call, its row is the same, over made-up spans."""

import json
from typing import Any

import pytest

from support.dialects import (
    ANSWER,
    ANSWERED,
    ASKED,
    DIALECTS,
    PROMPT,
    SYSTEM,
    TOKENS,
    gen_ai,
    langfuse,
    openinference,
    openllmetry,
    response_id,
    vercel,
)
from support.marts import Calls, Marts
from support.spans import Row

NOT_TOLD = {
    "gen_ai_events": {"cached_input_tokens", "reasoning_tokens"},
    "langfuse": {"request_model", "response_id", "finish_reason"},
    "logfire": {"session_id", "response_id", "finish_reason"},
}
SAME = {dialect: made() for dialect, made in DIALECTS.items()}
SURROUNDINGS = {
    "langfuse": langfuse(
        attributes={
            "langfuse.observation.prompt.name": "outline",
            "langfuse.observation.prompt.version": 3,
            "langfuse.observation.metadata.room": '"A 3"',
        }
    ),
    "openllmetry": openllmetry(
        attributes={
            "traceloop.prompt.key": "outline",
            "traceloop.prompt.version": "3",
            "traceloop.prompt.template_variables": {"title": "Safety"},
            "traceloop.association.properties.room": "A 3",
        }
    ),
    "openinference": openinference(
        attributes={
            "llm.prompt_template.version": "3",
            "llm.prompt_template.variables": {"title": "Safety"},
            "metadata": {"room": "A 3"},
        }
    ),
    "vercel": vercel(attributes={"ai.telemetry.metadata.room": "A 3", "ai.telemetry.functionId": "outline"}),
}
CASES = {"same": SAME, "surroundings": SURROUNDINGS}
KIND = ("gen_ai.operation.name", "openinference.span.kind", "langfuse.observation.type", "ai.operationId")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_one_exchange_is_one_row_whoever_tells_of_it(calls: Calls, dialect: str) -> None:
    everything = {
        "dialect": dialect,
        "operation": "chat",
        "interaction_type": "chat",
        "status": "success",
        "provider": "openai",
        "request_model": ASKED,
        "model_used": ANSWERED,
        "response_id": response_id(1),
        "is_streamed": False,
        "input_tokens": TOKENS["input"],
        "cached_input_tokens": TOKENS["cached"],
        "output_tokens": TOKENS["output"],
        "reasoning_tokens": TOKENS["reasoning"],
        "tokens_used": TOKENS["input"] + TOKENS["output"],
        "finish_reason": "stop",
        "processing_time_ms": 2000.0,
        "user_id": "ada",
        "session_id": "s1",
        "service_name": "training-builder",
        "environment": "test",
        "rendered_prompt": f"system:\n{SYSTEM}\n\nuser:\n{PROMPT}",
        "prompt_preview": PROMPT,
        "ai_response": ANSWER,
        "response_preview": ANSWER,
        "error_type": None,
    }
    expected = everything | dict.fromkeys(NOT_TOLD.get(dialect, ()))
    assert {column: calls["same", dialect][column] for column in expected} == expected


@pytest.mark.parametrize("dialect", DIALECTS)
def test_messages_are_stored_as_the_conventions_have_them(calls: Calls, dialect: str) -> None:
    def said(column: str) -> list[tuple[str, Any]]:
        stored = json.loads(calls["same", dialect][column])
        return [(message["role"], message["parts"]) for message in stored]

    assert said("input_messages") == [
        ("system", [{"type": "text", "content": SYSTEM}]),
        ("user", [{"type": "text", "content": PROMPT}]),
    ]
    assert said("output_messages") == [("assistant", [{"type": "text", "content": ANSWER}])]


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        ("langfuse", {"prompt_name": "outline", "prompt_version": "3", "input_variables": "{}"}),
        (
            "openllmetry",
            {"prompt_name": "outline", "prompt_version": "3", "input_variables": '{"title":"Safety"}'},
        ),
        ("openinference", {"prompt_version": "3", "input_variables": '{"title":"Safety"}'}),
        ("vercel", {"prompt_name": None, "interaction_type": "outline"}),
    ],
)
def test_prompts_and_metadata(calls: Calls, dialect: str, expected: Row) -> None:
    row = calls["surroundings", dialect]
    assert {column: row[column] for column in expected} == expected
    assert json.loads(row["metadata"])["room"] == "A 3"


@pytest.mark.parametrize("value", ["[{", '{"a": [1]}', '[1, null, "x", [], {"content": {"a": 1}}]'])
def test_attributes_that_are_not_what_they_should_be_stop_nothing(marts: Marts, value: str) -> None:
    marts.build(
        *(
            made(
                number,
                attributes={key: value for key in dict(made()["attributes"]) if key not in KIND},
                events='[{"name": "gen_ai.choice"}, {"name": null, "attributes": 3}]',
            )
            for number, made in enumerate(DIALECTS.values())
        ),
        gen_ai(100),
    )
    dialects = {row["dialect"] for row in marts.query("select dialect from interactions")}
    assert dialects >= {"gen_ai", "gen_ai_events", "langfuse", "openinference", "vercel"}
