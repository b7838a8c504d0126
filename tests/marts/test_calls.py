"""What an interaction says of the call: one span each, landed together, asked one by one."""

import json
from collections.abc import Mapping
from datetime import UTC
from decimal import Decimal
from typing import Any

import pytest

from support.marts import Marts
from support.spans import NANOSECONDS, NOON, Row, failed, interaction_id, messages, span

CALLS: dict[str, Mapping[str, Any]] = {
    "usual": {},
    "official": {"scope": "opentelemetry.instrumentation.genai.openai"},
    "embeddings": {
        "attributes": {
            "gen_ai.operation.name": "embeddings",
            "gen_ai.input.messages": messages(("user", "a sentence")),
            "gen_ai.output.messages": None,
            "gen_ai.usage.output_tokens": None,
            "gen_ai.response.finish_reasons": None,
        }
    },
    "conversation": {
        "attributes": {
            "gen_ai.system_instructions": '[{"type": "text", "content": "Be brief."}]',
            "gen_ai.input.messages": json.dumps(
                [
                    {"role": "user", "parts": [{"type": "text", "content": "Weather in Bern?"}]},
                    {
                        "role": "assistant",
                        "parts": [
                            {"type": "tool_call", "id": "1", "name": "weather", "arguments": {"city": "Bern"}}
                        ],
                    },
                    {
                        "role": "tool",
                        "parts": [{"type": "tool_call_response", "id": "1", "response": "sunny"}],
                    },
                    {
                        "role": "user",
                        "parts": [{"type": "uri", "modality": "image", "uri": "https://x/y.png"}],
                    },
                ]
            ),
        }
    },
    "tools": {
        "attributes": {
            "gen_ai.response.finish_reasons": ["tool_call"],
            "gen_ai.output.messages": '[{"parts": [{"type": "tool_call", "name": "f"}]}]',
        }
    },
    "two choices": {
        "attributes": {
            "gen_ai.response.finish_reasons": None,
            "gen_ai.output.messages": json.dumps(
                [
                    {
                        "role": "assistant",
                        "parts": [{"type": "text", "content": "Hel"}, {"type": "text", "content": "lo"}],
                        "finish_reason": "length",
                    },
                    {
                        "role": "assistant",
                        "parts": [{"type": "text", "content": "Bye"}],
                        "finish_reason": "stop",
                    },
                ]
            ),
        }
    },
    "prompted": {
        "attributes": {
            "spanmart.interaction.type": "outline_generation",
            "gen_ai.prompt.name": "outline",
            "gen_ai.prompt.version": "3",
            "gen_ai.prompt.variable.title": "Safety",
            "gen_ai.prompt.variable.tone": "  ",
            "spanmart.prompt.template_hash": "ab12",
            "spanmart.prompt.required_variables": ["title", "audience", "tone"],
        }
    },
    "well prompted": {
        "attributes": {
            "gen_ai.prompt.variable.title": "Safety",
            "spanmart.prompt.required_variables": ["title"],
            "spanmart.prompt.missing_variables": [],
        }
    },
    # With content capture off the variables are not in the span; what the app says of them is.
    "said missing": {
        "attributes": {
            "spanmart.prompt.required_variables": ["title", "tone"],
            "spanmart.prompt.missing_variables": ["tone"],
        }
    },
    "said invalid": {
        "attributes": {
            "gen_ai.prompt.variable.title": "Safety",
            "gen_ai.prompt.variable.tone": "12",
            "spanmart.prompt.required_variables": ["title", "tone"],
            "spanmart.prompt.invalid_variables": ["tone"],
        }
    },
    "in context": {
        "attributes": {
            "session.id": "s1",
            "user.id": "u1",
            "spanmart.context.audience_id": 4,
            "spanmart.context.tone_id": "gentle",
            "spanmart.context.category": "safety",
            "spanmart.context.session_type": "workshop",
            "spanmart.context.room": "A 3",
            "spanmart.metadata.weight": 0.5,
            "spanmart.metadata.draft": True,
            "spanmart.metadata.order": "0012",
            "spanmart.metadata.category": "of the metadata",
        }
    },
    "by conversation": {"attributes": {"gen_ai.conversation.id": "c1"}},
    "over http": {
        "attributes": {
            "http.response.status_code": 200,
            "http.request.resend_count": 2,
            "spanmart.response.request_id": "req_1",
            "gen_ai.request.stream": True,
            "gen_ai.response.time_to_first_chunk": 0.25,
        }
    },
    "all tokens": {
        "attributes": {
            "gen_ai.usage.cache_read.input_tokens": 400,
            "gen_ai.usage.reasoning.output_tokens": 60,
        }
    },
    "structured": {
        "attributes": {
            "gen_ai.output.type": "json",
            "gen_ai.output.messages": messages(("assistant", '{"a": 1}')),
        }
    },
    "malformed": {
        "attributes": {
            "gen_ai.input.messages": "[{",
            "gen_ai.output.messages": '{"role": "assistant"}',
            "gen_ai.system_instructions": "Be brief.",
            "gen_ai.usage.input_tokens": "many",
            "gen_ai.response.finish_reasons": "stop",
            "spanmart.prompt.required_variables": "{",
            "gen_ai.request.stream": "perhaps",
            "gen_ai.response.time_to_first_chunk": "soon",
            "spanmart.response.structured_output": "{",
        }
    },
    "backwards": {"end_time_unix_nano": 0},
    "no model in answer": {"attributes": {"gen_ai.response.model": None}},
}
NUMBERS = {name: number for number, name in enumerate(CALLS, start=1)}


@pytest.fixture(scope="module")
def calls(module_marts: Marts) -> dict[str, Row]:
    other = [
        span(900, attributes={"gen_ai.operation.name": "execute_tool"}),
        span(901, attributes={"gen_ai.operation.name": "invoke_agent"}),
        span(902, attributes={"gen_ai.operation.name": None}, scope="flask"),
    ]
    module_marts.build(*other, *(span(NUMBERS[name], **changes) for name, changes in CALLS.items()))
    return {name: module_marts.interaction(number) for name, number in NUMBERS.items()}


def test_only_llm_calls_are_interactions(calls: dict[str, Row], module_marts: Marts) -> None:
    assert module_marts.query("select count(*) as n from interactions") == [{"n": len(CALLS)}]
    assert module_marts.query("select count(*) as n from interaction_texts") == [{"n": len(CALLS)}]


def test_a_usual_call_has_every_column_that_its_span_can_fill(calls: dict[str, Row]) -> None:
    row = calls["usual"]
    number = NUMBERS["usual"]
    created_at = row.pop("created_at")
    assert created_at.replace(tzinfo=UTC).timestamp() == NOON / NANOSECONDS + number
    assert row.pop("day") == created_at.date()
    assert row.pop("updated_at") == row.pop("ingested_at")
    assert row.pop("ingest_seq") == 1
    assert row.pop("interaction_key") > 0
    assert {name: value for name, value in row.items() if value not in (None, [], "{}")} == {
        "interaction_id": interaction_id(number),
        "trace_id": f"{number:032x}",
        "span_id": f"{number:016x}",
        "interaction_type": "chat",
        "status": "success",
        "operation": "chat",
        "provider": "openai",
        "request_model": "gpt-4o-mini",
        "model_used": "gpt-4o-mini-2024-07-18",
        "is_streamed": False,
        "processing_time_ms": 2000.0,
        "input_tokens": 1000,
        "output_tokens": 100,
        "tokens_used": 1100,
        "estimated_cost_usd": Decimal("0.00021"),
        "cost_at_current_prices_usd": Decimal("0.00021"),
        "booked_cost_usd": Decimal("0.00021"),
        "pricing_status": "priced",
        "finish_reason": "stop",
        "user_feedback": "no_feedback",
        "service_name": "training-builder",
        "environment": "test",
        "dialect": "spanmart",
        "response_id": f"chatcmpl-{number}",
        "retry_count": 0,
        "prompt_preview": "Say hello",
        "response_preview": "Hello!",
        "rendered_prompt": "Say hello",
        "input_messages": messages(("user", "Say hello")),
        "output_messages": messages(("assistant", "Hello!"), finish_reason="stop"),
        "ai_response": "Hello!",
    }


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("official", {"dialect": "gen_ai", "retry_count": None}),
        (
            "embeddings",
            {
                "operation": "embeddings",
                "rendered_prompt": "a sentence",
                "ai_response": None,
                "tokens_used": 1000,
            },
        ),
        ("tools", {"finish_reason": "tool_calls", "ai_response": None, "status": "success"}),
        ("two choices", {"ai_response": "Hello", "finish_reason": "length"}),
        ("by conversation", {"session_id": "c1"}),
        ("backwards", {"processing_time_ms": None}),
        ("no model in answer", {"model_used": "gpt-4o-mini", "pricing_status": "priced"}),
        ("structured", {"structured_output": '{"a": 1}', "status": "success"}),
        (
            "over http",
            {
                "http_status": 200,
                "retry_count": 2,
                "request_id": "req_1",
                "is_streamed": True,
                "time_to_first_chunk_ms": 250.0,
            },
        ),
        ("all tokens", {"cached_input_tokens": 400, "reasoning_tokens": 60, "tokens_used": 1100}),
        (
            "in context",
            {
                "session_id": "s1",
                "user_id": "u1",
                "audience_id": 4,
                "tone_id": None,
                "category": "safety",
                "session_type": "workshop",
            },
        ),
    ],
)
def test_columns(calls: dict[str, Row], call: str, expected: Row) -> None:
    assert {name: calls[call][name] for name in expected} == expected


def test_a_conversation_is_readable(calls: dict[str, Row]) -> None:
    assert calls["conversation"]["rendered_prompt"] == (
        "system:\nBe brief.\n\n"
        "user:\nWeather in Bern?\n\n"
        'assistant:\nweather({"city":"Bern"})\n\n'
        "tool:\nsunny\n\n"
        "user:\n[https://x/y.png]"
    )
    assert calls["conversation"]["system_instructions"] == "Be brief."


def test_malformed_attributes_lose_nothing_and_stop_nothing(calls: dict[str, Row]) -> None:
    row = calls["malformed"]
    assert row["rendered_prompt"] == "system:\nBe brief.\n\n[{"
    assert {row[name] for name in ("input_messages", "ai_response", "input_tokens", "structured_output")} == {
        None
    }
    assert (row["status"], row["required_variables"], row["is_streamed"]) == ("success", [], False)


@pytest.mark.parametrize(
    ("call", "required", "missing", "all_present"),
    [
        ("usual", [], [], None),
        ("prompted", ["title", "audience", "tone"], ["audience", "tone"], False),
        ("well prompted", ["title"], [], True),
        ("said missing", ["title", "tone"], ["tone"], False),
        ("said invalid", ["title", "tone"], [], False),
    ],
)
def test_variables(
    calls: dict[str, Row], call: str, required: list[str], missing: list[str], all_present: bool | None
) -> None:
    row = calls[call]
    assert row["required_variables"] == required
    assert row["missing_variables"] == missing
    assert row["all_variables_present"] is all_present


def test_each_variable_that_is_not_right_has_a_row_with_the_reason(
    calls: dict[str, Row], module_marts: Marts
) -> None:
    rows = module_marts.query("select interaction_id, variable, reason from missing_variables")
    assert {(row["interaction_id"], row["variable"], row["reason"]) for row in rows} == {
        (interaction_id(NUMBERS["prompted"]), "audience", "missing"),
        (interaction_id(NUMBERS["prompted"]), "tone", "empty"),
        (interaction_id(NUMBERS["said missing"]), "tone", "missing"),
        (interaction_id(NUMBERS["said invalid"]), "tone", "invalid"),
    }


def test_the_prompt_and_its_variables(calls: dict[str, Row]) -> None:
    row = calls["prompted"]
    assert (row["interaction_type"], row["prompt_name"], row["prompt_version"], row["prompt_id"]) == (
        "outline_generation",
        "outline",
        "3",
        "ab12",
    )
    assert json.loads(row["input_variables"]) == {"title": "Safety", "tone": "  "}


def test_context_without_a_column_is_metadata_and_scalars_keep_their_type(calls: dict[str, Row]) -> None:
    assert json.loads(calls["in context"]["metadata"]) == {
        "room": "A 3",
        "tone_id": "gentle",
        "weight": 0.5,
        "draft": True,
        "order": "0012",
        "category": "of the metadata",
    }


def test_previews_are_cut(marts: Marts) -> None:
    marts.build(span(1, attributes={"gen_ai.input.messages": messages(("user", "ä" * 300))}), failed(2))
    assert marts.interaction(1)["prompt_preview"] == "ä" * 200
    assert marts.interaction(2)["response_preview"] is None


def test_what_a_tool_gave_back_is_not_what_the_user_said_last(marts: Marts) -> None:
    said = [
        {"role": "user", "parts": [{"type": "text", "content": "How warm is it?"}]},
        {"role": "assistant", "parts": [{"type": "tool_call", "name": "weather", "arguments": {}}]},
        {"role": "user", "parts": [{"type": "tool_call_response", "response": "hail, 2 degrees"}]},
    ]
    marts.build(span(1, attributes={"gen_ai.input.messages": json.dumps(said)}))
    assert marts.interaction(1)["prompt_preview"] == "How warm is it?"
