"""Conventions of counting are brought to one before anything adds up; what is paid for has its price."""

import json
from decimal import Decimal
from typing import Any

import pytest

from support.dialects import gen_ai, langfuse, openinference, openllmetry, vercel
from support.marts import Calls
from support.spans import Row, span

CLAUDE = "claude-sonnet-4-5-20250929"
ASKED = "claude-sonnet-4-5"
BARE = {"gen_ai.usage.cache_read.input_tokens": None, "gen_ai.usage.reasoning.output_tokens": None}


def claude_of_vercel(**attributes: Any) -> Row:
    usual = {
        "ai.model.provider": "anthropic.messages",
        "ai.model.id": ASKED,
        "ai.response.model": CLAUDE,
        "ai.usage.outputTokens": 100,
        "ai.usage.cachedInputTokens": None,
        "ai.usage.reasoningTokens": None,
    }
    return vercel(
        attributes={**usual, **{key.replace("__", "."): value for key, value in attributes.items()}}
    )


def metadata_of_claude(**usage: Any) -> dict[str, Any]:
    return {"anthropic": {"usage": usage}}


CACHE_APART: dict[str, Row] = {
    "gen_ai": gen_ai(
        attributes={
            **BARE,
            "gen_ai.provider.name": "anthropic",
            "gen_ai.request.model": ASKED,
            "gen_ai.response.model": CLAUDE,
            "gen_ai.usage.input_tokens": 3,
            "gen_ai.usage.cache_read.input_tokens": 5758,
            "gen_ai.usage.cache_creation.input_tokens": 6174,
        }
    ),
    "openinference": openinference(
        attributes={
            "llm.provider": "anthropic",
            "llm.system": None,
            "llm.model_name": CLAUDE,
            "llm.invocation_parameters": None,
            "input.value": None,
            "output.value": None,
            "llm.token_count.prompt": 3,
            "llm.token_count.prompt_details.cache_read": 5758,
            "llm.token_count.prompt_details.cache_write": 6174,
            "llm.token_count.completion_details.reasoning": None,
        }
    ),
    "openllmetry": openllmetry(
        attributes={
            "gen_ai.system": "anthropic",
            "gen_ai.request.model": ASKED,
            "gen_ai.response.model": CLAUDE,
            "gen_ai.usage.prompt_tokens": 3,
            "gen_ai.usage.cache_read_input_tokens": 5758,
            "gen_ai.usage.cache_creation_input_tokens": 6174,
            "gen_ai.usage.reasoning_tokens": None,
        }
    ),
    "langfuse": langfuse(
        attributes={
            "langfuse.observation.model.name": CLAUDE,
            "langfuse.observation.usage_details": {
                "input": 3,
                "output": 100,
                "cache_read_input_tokens": 5758,
                "cache_creation_input_tokens": 6174,
            },
        }
    ),
    "vercel": claude_of_vercel(
        **{
            "ai.usage.inputTokens": 3,
            "ai.usage.cachedInputTokens": 5758,
            "ai.response.providerMetadata": metadata_of_claude(cache_creation_input_tokens=6174),
        }
    ),
}
OPENLIT_CLAUDE = gen_ai(
    scope="openlit.instrumentation.anthropic",
    attributes={
        **BARE,
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": ASKED,
        "gen_ai.response.model": CLAUDE,
        "gen_ai.usage.input_tokens": 900,
        "gen_ai.usage.cache_read.input_tokens": 510,
        "gen_ai.usage.cache_creation.input_tokens": 210,
    },
)
GEMINI = {
    "ai.model.provider": "google.generative-ai",
    "ai.model.id": "gemini-2.5-flash",
    "ai.response.model": "gemini-2.5-flash",
    "ai.usage.inputTokens": 1000,
    "ai.usage.cachedInputTokens": None,
    "ai.usage.outputTokens": 400,
}
THOUGHTS_APART = {
    "more than the answer": vercel(attributes={**GEMINI, "ai.usage.reasoningTokens": 500}),
    "as the total says": vercel(
        attributes={**GEMINI, "ai.usage.reasoningTokens": 100, "ai.usage.totalTokens": 1500}
    ),
    "not apart": vercel(attributes={**GEMINI, "ai.usage.reasoningTokens": 100, "ai.usage.totalTokens": 1400}),
}
AN_HOUR = {
    f"langfuse, {key}": langfuse(
        attributes={
            "langfuse.observation.model.name": CLAUDE,
            "langfuse.observation.usage_details": {"input": 100, "output": 100, key: 10_000},
        }
    )
    for key in ("input_cache_creation_1h", "cache_creation_ephemeral_1h_input_tokens")
} | {
    "langfuse, in all and by time": langfuse(
        attributes={
            "langfuse.observation.model.name": CLAUDE,
            "langfuse.observation.usage_details": {
                "input": 100,
                "output": 100,
                "cache_creation_input_tokens": 10_000,
                "cache_creation_ephemeral_1h_input_tokens": 10_000,
            },
        }
    ),
    "vercel": claude_of_vercel(
        **{
            "ai.usage.inputTokens": 100,
            "ai.response.providerMetadata": metadata_of_claude(
                cache_creation_input_tokens=10_000, cache_creation={"ephemeral_1h_input_tokens": 10_000}
            ),
        }
    ),
}


def answered(*items: dict[str, Any]) -> dict[str, Any]:
    said = {"role": "assistant", "parts": [*items, {"type": "text", "content": "Hello!"}]}
    return {
        "gen_ai.request.model": "gpt-4.1",
        "gen_ai.response.model": "gpt-4.1-2025-04-14",
        "gen_ai.output.messages": json.dumps([said]),
    }


def ran(tool: str) -> dict[str, Any]:
    return {"type": "server_tool_call", "id": "ws_1", "name": tool, "server_tool_call": {}}


def response(*items: dict[str, Any]) -> Row:
    """OpenAI's own JSON of a response, as OpenInference passes it on."""
    body = {"id": "resp_1", "object": "response", "model": "gpt-4.1-2025-04-14", "output": [*items]}
    return openinference(
        attributes={
            "llm.model_name": "gpt-4.1-2025-04-14",
            "llm.invocation_parameters": {"model": "gpt-4.1"},
            "llm.token_count.prompt_details.cache_read": None,
            "llm.token_count.completion_details.reasoning": None,
            "output.value": body,
        }
    )


TOOLS = {
    "declared": span(attributes=answered() | {"gen_ai.tool.definitions": [{"type": "web_search"}]}),
    "two searches": span(attributes=answered(ran("web_search"), ran("web_search"))),
    "three of files": span(attributes=answered(*[ran("file_search")] * 3)),
    "two searches, as the API says": response(*[{"type": "web_search_call", "status": "completed"}] * 2),
}
CASES = {
    "cache apart": CACHE_APART,
    "thoughts apart": THOUGHTS_APART,
    "an hour": AN_HOUR,
    "tools": TOOLS,
    "openlit": {"less than the rest": OPENLIT_CLAUDE},
}


@pytest.mark.parametrize("dialect", CACHE_APART)
def test_what_a_cache_gave_or_took_is_input(calls: Calls, dialect: str) -> None:
    row = calls["cache apart", dialect]
    assert (row["input_tokens"], row["cached_input_tokens"], row["cache_write_tokens"]) == (
        11_935,
        5758,
        6174,
    )
    assert row["estimated_cost_usd"] == Decimal("0.0263889")


def test_who_counts_apart_by_name_is_believed_where_counts_leave_it_open(calls: Calls) -> None:
    assert calls["openlit", "less than the rest"]["input_tokens"] == 1620


@pytest.mark.parametrize(
    ("case", "output", "cost"),
    [
        ("more than the answer", 900, "0.00255"),
        ("as the total says", 500, "0.00155"),
        ("not apart", 400, "0.0013"),
    ],
)
def test_thoughts_are_output(calls: Calls, case: str, output: int, cost: str) -> None:
    row = calls["thoughts apart", case]
    assert (row["output_tokens"], row["estimated_cost_usd"]) == (output, Decimal(cost))


@pytest.mark.parametrize("case", AN_HOUR)
def test_a_cache_write_of_an_hour_costs_more(calls: Calls, case: str) -> None:
    row = calls["an hour", case]
    assert (row["input_tokens"], row["cache_write_tokens"]) == (10_100, 10_000)
    assert row["estimated_cost_usd"] == Decimal("0.0618")


@pytest.mark.parametrize(
    ("case", "cost"),
    [
        ("declared", "0.0028"),
        ("two searches", "0.0228"),
        ("three of files", "0.0103"),
        ("two searches, as the API says", "0.0228"),
    ],
)
def test_the_providers_tools_are_paid_for_when_they_ran(calls: Calls, case: str, cost: str) -> None:
    assert calls["tools", case]["estimated_cost_usd"] == Decimal(cost)
