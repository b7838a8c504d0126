"""What a span describes in each dialect: embeddings, completions of before chats, or no call of a model."""

from collections.abc import Callable
from typing import Any

import pytest

from support.dialects import ANSWER, PROMPT, gen_ai, langfuse, logfire, openinference, openllmetry, vercel
from support.marts import Calls, Marts
from support.spans import Row, any_span

EMBEDDING_MODEL = "text-embedding-3-small"


def only(made: Callable[..., Row], attributes: dict[str, Any]) -> Row:
    """A span of that dialect with these attributes alone."""
    return made(attributes={**dict.fromkeys(dict(made()["attributes"])), **attributes})


EMBEDDINGS = {
    "openinference": only(
        openinference,
        {
            "openinference.span.kind": "EMBEDDING",
            "embedding.model_name": EMBEDDING_MODEL,
            "embedding.embeddings.0.embedding.text": "first",
            "embedding.embeddings.1.embedding.text": "second",
            "llm.token_count.prompt": 9,
        },
    ),
    "openllmetry": only(
        openllmetry,
        {
            "llm.request.type": "embedding",
            "gen_ai.request.model": EMBEDDING_MODEL,
            "gen_ai.prompt.0.content": "first",
            "gen_ai.prompt.1.content": "second",
            "gen_ai.usage.prompt_tokens": 9,
        },
    ),
    "vercel": only(
        vercel,
        {
            "ai.operationId": "ai.embedMany.doEmbed",
            "ai.model.id": EMBEDDING_MODEL,
            "ai.values": ['"first"', '"second"'],
            "ai.usage.tokens": 9,
        },
    ),
    "langfuse": only(
        langfuse,
        {
            "langfuse.observation.type": "embedding",
            "langfuse.observation.model.name": EMBEDDING_MODEL,
            "langfuse.observation.input": ["first", "second"],
            "langfuse.observation.output": {"dimensions": 8, "count": 2},
            "langfuse.observation.usage_details": {"input": 9},
        },
    ),
    "logfire": only(
        logfire,
        {
            "logfire.msg_template": "Embedding Creation with {request_data[model]!r}",
            "request_data": {"model": EMBEDDING_MODEL, "input": ["first", "second"]},
            "response_data": {"usage": {"prompt_tokens": 9, "total_tokens": 9}},
        },
    ),
}
COMPLETIONS = {
    "openinference": openinference(
        attributes={
            "input.value": {"model": "gpt-3.5-turbo-instruct", "prompt": PROMPT},
            "output.value": {"object": "text_completion", "choices": [{"text": ANSWER}]},
            "llm.input_messages.0.message.role": None,
            "llm.input_messages.0.message.content": None,
            "llm.input_messages.1.message.role": None,
            "llm.input_messages.1.message.content": None,
        }
    ),
    "langfuse": langfuse(
        attributes={"langfuse.observation.input": PROMPT, "langfuse.observation.output": ANSWER}
    ),
    "logfire": logfire(
        attributes={
            "request_data": {"model": "gpt-3.5-turbo-instruct", "prompt": PROMPT},
            "response_data": {"text": ANSWER, "finish_reason": "stop"},
        }
    ),
}
CASES = {"embeddings": EMBEDDINGS, "completions": COMPLETIONS}


@pytest.mark.parametrize("dialect", EMBEDDINGS)
def test_embeddings(calls: Calls, dialect: str) -> None:
    expected = {
        "operation": "embeddings",
        "model_used": EMBEDDING_MODEL,
        "input_tokens": 9,
        "output_tokens": None,
        "rendered_prompt": "user:\nfirst\n\nuser:\nsecond",
        "ai_response": None,
        "output_messages": None,
    }
    row = calls["embeddings", dialect]
    assert {column: row[column] for column in expected} == expected


@pytest.mark.parametrize("dialect", COMPLETIONS)
def test_completions_of_before_chats(calls: Calls, dialect: str) -> None:
    row = calls["completions", dialect]
    assert (row["operation"], row["rendered_prompt"], row["ai_response"]) == (
        "text_completion",
        PROMPT,
        ANSWER,
    )


def test_what_is_no_call_of_a_model_is_no_interaction(marts: Marts) -> None:
    marts.build(
        *(
            openinference(number, attributes={"openinference.span.kind": kind})
            for number, kind in enumerate(("CHAIN", "AGENT", "TOOL", "RETRIEVER", "RERANKER"))
        ),
        *(
            vercel(number, attributes={"ai.operationId": operation})
            for number, operation in enumerate(
                ("ai.generateText", "ai.streamText", "ai.toolCall", "ai.embed"), 10
            )
        ),
        *(
            langfuse(number, attributes={"langfuse.observation.type": kind})
            for number, kind in enumerate(("span", "agent", "tool", "retriever", "event"), 20)
        ),
        openllmetry(30, attributes={"llm.request.type": "rerank"}),
        any_span(31, {"traceloop.span.kind": "workflow", "traceloop.entity.name": "joke"}, scope="traceloop"),
        logfire(32, attributes={"logfire.msg_template": "Image Generation with {request_data[model]!r}"}),
        *(
            gen_ai(number, attributes={"gen_ai.operation.name": operation})
            for number, operation in enumerate(("invoke_agent", "execute_tool", "create_agent"), 40)
        ),
        any_span(50, {"gen_ai.agent.name": "joker", "gen_ai.usage.input_tokens": 7}, scope="agents"),
    )
    assert marts.query("select dialect, span_id from interactions") == []
