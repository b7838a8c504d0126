"""Whoever describes a call, its row is the same: what dialects call what, over made-up spans."""

import json
from collections.abc import Callable
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
    gen_ai_events,
    langfuse,
    logfire,
    openinference,
    openllmetry,
    response_id,
    vercel,
)
from support.marts import Marts, Row, any_span, messages, numbered

Calls = dict[tuple[str, str], Row]

NOT_TOLD = {
    "gen_ai_events": {"cached_input_tokens", "reasoning_tokens"},
    "langfuse": {"request_model", "response_id", "finish_reason"},
    "logfire": {"session_id", "response_id", "finish_reason"},
}
SAME = {dialect: made() for dialect, made in DIALECTS.items()}


WEATHER = {"type": "tool_call", "id": "call_1", "name": "weather", "arguments": {"city": "Bern"}}
OPENAI_CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "weather", "arguments": '{"city": "Bern"}'},
}
OPENAI_MESSAGE = {"role": "assistant", "content": None, "tool_calls": [OPENAI_CALL]}
OPENAI_ITEMS = [
    {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Look outside."}]},
    {
        "type": "function_call",
        "id": "fc_1",
        "call_id": "call_1",
        "name": "weather",
        "arguments": '{"city": "Bern"}',
    },
]
FLAT_CALL = "llm.output_messages.0.message.tool_calls.0.tool_call"
TOOL_CALLS = {
    "gen_ai": gen_ai(attributes={"gen_ai.output.messages": [{"role": "assistant", "parts": [WEATHER]}]}),
    "gen_ai_events": gen_ai_events(
        attributes={
            "events": [
                {"event.name": "gen_ai.user.message", "role": "user", "content": PROMPT},
                {"event.name": "gen_ai.assistant.message", "role": "assistant", "tool_calls": [OPENAI_CALL]},
            ]
        }
    ),
    "openinference": openinference(attributes={"output.value": {"choices": [{"message": OPENAI_MESSAGE}]}}),
    "openinference, responses": openinference(attributes={"output.value": {"output": OPENAI_ITEMS}}),
    "openinference, flat": openinference(
        attributes={
            "output.value": None,
            "llm.output_messages.0.message.content": None,
            f"{FLAT_CALL}.id": "call_1",
            f"{FLAT_CALL}.function.name": "weather",
            f"{FLAT_CALL}.function.arguments": '{"city": "Bern"}',
        }
    ),
    "openllmetry": openllmetry(
        attributes={
            "gen_ai.completion.0.content": None,
            "gen_ai.completion.0.tool_calls.0.id": "call_1",
            "gen_ai.completion.0.tool_calls.0.name": "weather",
            "gen_ai.completion.0.tool_calls.0.arguments": '{"city": "Bern"}',
        }
    ),
    "vercel": vercel(
        attributes={
            "ai.response.text": None,
            "ai.response.toolCalls": [
                {"toolCallId": "call_1", "toolName": "weather", "input": {"city": "Bern"}}
            ],
        }
    ),
    "langfuse": langfuse(attributes={"langfuse.observation.output": OPENAI_MESSAGE}),
    "langfuse, responses": langfuse(attributes={"langfuse.observation.output": OPENAI_ITEMS}),
    "logfire": logfire(attributes={"response_data": {"message": OPENAI_MESSAGE}}),
}
ANSWERS = {
    "openinference, text alone": openinference(
        attributes={
            "output.value": ANSWER,
            "llm.output_messages.0.message.role": None,
            "llm.output_messages.0.message.content": None,
        }
    ),
    "openinference, parts": openinference(
        attributes={
            "output.value": None,
            "llm.output_messages.0.message.content": None,
            "llm.output_messages.0.message.contents.0.message_content.type": "reasoning",
            "llm.output_messages.0.message.contents.0.message_content.text": "Greet back.",
            "llm.output_messages.1.message.contents.0.message_content.type": "output_text",
            "llm.output_messages.1.message.contents.0.message_content.text": ANSWER,
        }
    ),
    "gen_ai_events, JSON within a string": gen_ai_events(
        events=json.dumps(
            [
                {
                    "name": "gen_ai.choice",
                    "attributes": {"message": json.dumps([{"text": ANSWER}]), "finish_reason": "end_turn"},
                }
            ]
        )
    ),
    "gen_ai_events, a prompt and a completion": gen_ai_events(
        events="[]",
        attributes={
            "gen_ai.prompt": {"messages": [{"role": "user", "content": PROMPT}]},
            "gen_ai.completion": {"choices": [{"message": {"role": "assistant", "content": ANSWER}}]},
        },
    ),
    "langfuse, text alone": langfuse(attributes={"langfuse.observation.output": ANSWER}),
    "langfuse, choices": langfuse(
        attributes={"langfuse.observation.output": [{"role": "assistant", "content": ANSWER}] * 2}
    ),
    "logfire, chunks": logfire(attributes={"response_data": {"combined_chunk_content": ANSWER}}),
    "logfire, as the conventions have it": logfire(
        attributes={
            "response_data": None,
            "request_data": {"model": ASKED},
            "gen_ai.output.messages": messages(("assistant", ANSWER)),
        }
    ),
}
HISTORY = [
    {"role": "user", "content": "Weather in Bern?"},
    OPENAI_MESSAGE,
    {"role": "tool", "tool_call_id": "call_1", "content": "sunny"},
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "And here?"},
            {"type": "image_url", "image_url": {"url": "https://x/y.png"}},
        ],
    },
]
VERCEL_HISTORY = [
    {"role": "user", "content": [{"type": "text", "text": "Weather in Bern?"}]},
    {
        "role": "assistant",
        "content": [
            {"type": "tool-call", "toolCallId": "call_1", "toolName": "weather", "input": {"city": "Bern"}}
        ],
    },
    {
        "role": "tool",
        "content": [
            {"type": "tool-result", "toolCallId": "call_1", "output": {"type": "text", "value": "sunny"}}
        ],
    },
    {
        "role": "user",
        "content": [{"type": "text", "text": "And here?"}, {"type": "image", "image": "https://x/y.png"}],
    },
]


CONVERSATIONS = {
    "langfuse": langfuse(attributes={"langfuse.observation.input": HISTORY}),
    "langfuse with tools": langfuse(
        attributes={"langfuse.observation.input": {"tools": [], "messages": HISTORY}}
    ),
    "logfire": logfire(attributes={"request_data": {"model": ASKED, "messages": HISTORY}}),
    "vercel": vercel(attributes={"ai.prompt.messages": VERCEL_HISTORY}),
}
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
USAGES = {
    "parts apart from the whole": {
        "input": 600,
        "input_cached_tokens": 400,
        "output": 40,
        "output_reasoning_tokens": 60,
        "total": 1100,
    },
    "the same without a total": {
        "input": 600,
        "cache_read_input_tokens": 400,
        "output": 40,
        "output_reasoning": 60,
    },
    "parts within the whole": {
        "input": 1000,
        "input_cached_tokens": 400,
        "output": 100,
        "output_reasoning_tokens": 60,
        "total": 1100,
    },
    "of OpenAI": {
        "input_tokens": 1000,
        "input_tokens_details": {"cached_tokens": 400},
        "output_tokens": 100,
        "output_tokens_details": {"reasoning_tokens": 60},
    },
}
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
GAPS = openinference(
    attributes={
        "llm.input_messages.0.message.role": None,
        "llm.input_messages.0.message.content": None,
        "llm.input_messages.10.message.role": "user",
        "llm.input_messages.10.message.contents.0.message_content.type": "text",
        "llm.input_messages.10.message.contents.0.message_content.text": "last",
        "llm.input_messages.2.message.role": "user",
        "llm.input_messages.2.message.content": "second",
    }
)
CASES = {
    "same": SAME,
    "tools": TOOL_CALLS,
    "answers": ANSWERS,
    "json": {
        "object": langfuse(attributes={"langfuse.observation.output": '{"output": 1}'}),
        "list": langfuse(attributes={"langfuse.observation.output": '["a", "b"]'}),
        "number": langfuse(attributes={"langfuse.observation.output": "42"}),
    },
    "conversations": CONVERSATIONS,
    "embeddings": EMBEDDINGS,
    "completions": COMPLETIONS,
    "usage": {
        case: langfuse(attributes={"langfuse.observation.usage_details": usage})
        for case, usage in USAGES.items()
    },
    "surroundings": SURROUNDINGS,
    "gaps": {"openinference": GAPS},
}


@pytest.fixture(scope="module")
def calls(module_marts: Marts) -> Calls:
    """The row of each case, by its topic and name."""
    names = [(topic, case) for topic, cases in CASES.items() for case in cases]
    module_marts.build(
        *(numbered(CASES[topic][case], number) for number, (topic, case) in enumerate(names, start=1))
    )
    return {name: module_marts.interaction(number) for number, name in enumerate(names, start=1)}


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


@pytest.mark.parametrize("case", TOOL_CALLS)
def test_a_call_of_a_tool_is_a_part_of_the_answer(calls: Calls, case: str) -> None:
    [message] = json.loads(calls["tools", case]["output_messages"])
    assert [part for part in message["parts"] if part["type"] != "reasoning"] == [WEATHER]
    assert calls["tools", case]["ai_response"] is None


@pytest.mark.parametrize("case", ANSWERS)
def test_an_answer_is_read_wherever_it_stands(calls: Calls, case: str) -> None:
    assert calls["answers", case]["ai_response"] == ANSWER


@pytest.mark.parametrize(
    ("case", "text"), [("object", '{"output": 1}'), ("list", '["a", "b"]'), ("number", "42")]
)
def test_json_that_is_no_message_is_what_was_said(calls: Calls, case: str, text: str) -> None:
    assert calls["json", case]["ai_response"] == text


@pytest.mark.parametrize("case", CONVERSATIONS)
def test_a_conversation_reads_the_same_in_all_notations(calls: Calls, case: str) -> None:
    row = calls["conversations", case]
    assert row["rendered_prompt"] == (
        "user:\nWeather in Bern?\n\n"
        'assistant:\nweather({"city":"Bern"})\n\n'
        "tool:\nsunny\n\n"
        "user:\nAnd here?\n[https://x/y.png]"
    )
    assert row["prompt_preview"] == "And here?\n[https://x/y.png]"


def test_flat_messages_are_in_the_order_of_their_numbers_of_which_some_may_lack(calls: Calls) -> None:
    assert calls["gaps", "openinference"]["rendered_prompt"] == (
        f"user:\n{PROMPT}\n\nuser:\nsecond\n\nuser:\nlast"
    )


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


@pytest.mark.parametrize("case", USAGES)
def test_langfuse_counts_parts_apart_unless_its_total_says_otherwise(calls: Calls, case: str) -> None:
    row = calls["usage", case]
    assert (row["input_tokens"], row["cached_input_tokens"]) == (TOKENS["input"], TOKENS["cached"])
    assert (row["output_tokens"], row["reasoning_tokens"]) == (TOKENS["output"], TOKENS["reasoning"])


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


KIND = ("gen_ai.operation.name", "openinference.span.kind", "langfuse.observation.type", "ai.operationId")


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
