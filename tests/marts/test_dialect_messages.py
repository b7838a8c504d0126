"""What was asked and answered, in whatever notation a dialect has it, over made-up spans."""

import json

import pytest

from support.dialects import (
    ANSWER,
    ASKED,
    PROMPT,
    gen_ai,
    gen_ai_events,
    langfuse,
    logfire,
    openinference,
    openllmetry,
    vercel,
)
from support.marts import Calls
from support.spans import messages

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
    "tools": TOOL_CALLS,
    "answers": ANSWERS,
    "json": {
        "object": langfuse(attributes={"langfuse.observation.output": '{"output": 1}'}),
        "list": langfuse(attributes={"langfuse.observation.output": '["a", "b"]'}),
        "number": langfuse(attributes={"langfuse.observation.output": "42"}),
    },
    "conversations": CONVERSATIONS,
    "gaps": {"openinference": GAPS},
}


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
