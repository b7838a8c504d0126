"""How calls ended, as dialects tell it, over made-up spans: streams, errors, refusals, structured output."""

import json
from datetime import UTC

import pytest

from support.dialects import (
    ANSWER,
    ASKED,
    gen_ai,
    gen_ai_events,
    langfuse,
    logfire,
    moments_after,
    openinference,
    openllmetry,
    vercel,
)
from support.marts import Calls, Marts
from support.spans import NANOSECONDS, Row, interaction_id, messages

STREAMED = {"model": ASKED, "stream": True}
FIRST_CHUNK = '"2026-09-21T14:13:21.250000Z"'
STREAMS: dict[str, tuple[Row, float | None]] = {
    "gen_ai": (
        gen_ai(attributes={"gen_ai.request.stream": True, "gen_ai.response.time_to_first_chunk": 0.25}),
        250.0,
    ),
    "openinference": (
        openinference(
            attributes={"llm.invocation_parameters": STREAMED},
            events=json.dumps(
                [
                    {
                        "name": "First Token Stream Event",
                        "time_unix_nano": moments_after(0.25),
                        "attributes": {},
                    }
                ]
            ),
        ),
        250.0,
    ),
    "openllmetry": (openllmetry(attributes={"llm.is_streaming": True}), None),
    "vercel": (
        vercel(attributes={"ai.operationId": "ai.streamText.doStream", "ai.response.msToFirstChunk": 250}),
        250.0,
    ),
    "langfuse": (
        langfuse(
            attributes={
                "langfuse.observation.output": ANSWER,
                "langfuse.observation.completion_start_time": FIRST_CHUNK,
                "langfuse.observation.metadata.finish_reason": '"stop"',
            }
        ),
        250.0,
    ),
}
BEGUN = {"object": "chat.completion.chunk", "choices": [{"message": {"content": "Hel"}}]}
UNFINISHED = {
    "gen_ai": gen_ai(attributes={"gen_ai.request.stream": True, "gen_ai.response.finish_reasons": ["error"]}),
    "openinference": openinference(attributes={"llm.finish_reason": None, "output.value": BEGUN}),
    "openllmetry": openllmetry(
        attributes={"llm.is_streaming": True, "gen_ai.completion.0.finish_reason": None}
    ),
    "langfuse": langfuse(
        attributes={
            "langfuse.observation.output": "Hel",
            "langfuse.observation.completion_start_time": FIRST_CHUNK,
        }
    ),
    "logfire": logfire(
        attributes={
            "logfire.span_type": "log",
            "duration": 1.5,
            "response_data": None,
            "request_data": {"model": ASKED},
            "gen_ai.output.messages": messages(("assistant", "Hel")),
        }
    ),
}
NOTHING_SAID = {
    "output.value": None,
    "llm.output_messages.0.message.role": None,
    "llm.output_messages.0.message.content": None,
}
RAISED = {
    "stream_interrupted": openinference(
        attributes={"llm.invocation_parameters": STREAMED, "output.value": BEGUN}, status_code="ERROR"
    ),
    "raised": openinference(
        attributes={"llm.invocation_parameters": STREAMED, **NOTHING_SAID}, status_code="ERROR"
    ),
}
BODY = "Error code: 429 - {'error': {'message': 'Slow down', 'code': 'rate_limit'}}"
ERRORS: dict[str, tuple[Row, str | None]] = {
    "gen_ai_events, a class as Python prints it": (
        gen_ai_events(
            attributes={"error.type": "<class 'openai.RateLimitError'>"},
            status_code="ERROR",
            status_message="Error code: 429 - Slow down",
        ),
        "openai.RateLimitError",
    ),
    "openinference, the class before the message": (
        openinference(
            status_code="ERROR",
            status_message=f"RateLimitError: {BODY}",
            exception={
                "exception.type": "openai.RateLimitError",
                "exception.message": BODY,
            },
        ),
        "openai.RateLimitError",
    ),
    "openllmetry, the class without its module": (
        openllmetry(
            attributes={"error.type": "RateLimitError"},
            status_code="ERROR",
            status_message="Error code: 429 - Slow down",
            exception={"exception.type": "openai.RateLimitError", "exception.message": "Slow down"},
        ),
        "openai.RateLimitError",
    ),
    "gen_ai, of OpenAI's client for JavaScript": (
        gen_ai(
            attributes={"error.type": "RateLimitError"},
            status_code="ERROR",
            status_message="429 Slow down",
        ),
        "RateLimitError",
    ),
    "langfuse, by its level": (
        langfuse(
            attributes={
                "langfuse.observation.level": "ERROR",
                "langfuse.observation.status_message": "Error code: 429 - Slow down",
            }
        ),
        None,
    ),
}


REFUSALS = {
    "openinference": openinference(
        attributes={"output.value": {"choices": [{"message": {"content": None, "refusal": "No."}}]}}
    ),
    "openllmetry": openllmetry(
        attributes={
            "gen_ai.output.messages": [
                {"role": "assistant", "parts": [{"type": "refusal", "content": "No."}]}
            ]
        }
    ),
}
DRAFT = {"role": "assistant", "content": '{"a": 1}'}
STRUCTURED = {
    "openinference": openinference(
        attributes={
            "llm.invocation_parameters": {"model": ASKED, "response_format": {"type": "json_schema"}},
            "output.value": {"choices": [{"message": DRAFT}]},
        }
    ),
    "openllmetry": openllmetry(
        attributes={
            "gen_ai.request.structured_output_schema": {"type": "object"},
            "gen_ai.completion.0.content": DRAFT["content"],
        }
    ),
    "langfuse": langfuse(
        attributes={
            "langfuse.observation.metadata.response_format": {"type": "object"},
            "langfuse.observation.output": DRAFT,
        }
    ),
    "vercel": vercel(
        attributes={
            "ai.operationId": "ai.generateObject.doGenerate",
            "ai.response.text": None,
            "ai.response.object": DRAFT["content"],
        }
    ),
}
PLAIN_TEXT = {
    "openllmetry": openllmetry(attributes={"gen_ai.request.structured_output_schema": {"type": "text"}}),
    "langfuse": langfuse(attributes={"langfuse.observation.metadata.response_format": {"type": "text"}}),
}
WORDS = {
    "tool-calls": "tool_calls",
    "tool_use": "tool_calls",
    "content-filter": "content_filter",
    "MAX_TOKENS": "length",
    "end_turn": "stop",
    "STOP": "stop",
    "unknown": None,
    "other": "other",
}
RESPONSES = {
    ("completed", "stop"): {"type": "message", "role": "assistant", "content": ANSWER},
    ("completed", "tool_calls"): {"type": "function_call", "name": "weather", "arguments": "{}"},
    ("incomplete", None): {"type": "message", "role": "assistant", "content": ANSWER},
}
CASES = {
    "streams": {case: row for case, (row, _) in STREAMS.items()},
    "unfinished": UNFINISHED,
    "raised": RAISED,
    "errors": {case: row for case, (row, _) in ERRORS.items()},
    "refusals": REFUSALS,
    "structured": STRUCTURED,
    "plain": PLAIN_TEXT,
    "words": {word: vercel(attributes={"ai.response.finishReason": word}) for word in WORDS},
    "responses": {
        f"{status} {reason}": openinference(
            attributes={"llm.finish_reason": None, "output.value": {"status": status, "output": [item]}}
        )
        for (status, reason), item in RESPONSES.items()
    },
}


@pytest.mark.parametrize("dialect", STREAMS)
def test_a_stream_that_ended_as_it_should(calls: Calls, dialect: str) -> None:
    row = calls["streams", dialect]
    assert (row["is_streamed"], row["time_to_first_chunk_ms"]) == (True, STREAMS[dialect][1])
    assert (row["ai_response"], row["finish_reason"], row["status"]) == (ANSWER, "stop", "success")


@pytest.mark.parametrize("dialect", UNFINISHED)
def test_a_stream_that_never_said_why_it_ended_is_incomplete(calls: Calls, dialect: str) -> None:
    row = calls["unfinished", dialect]
    assert (row["status"], row["status_reason"]) == ("partial", "stream_incomplete")
    assert row["finish_reason"] is None


@pytest.mark.parametrize("reason", RAISED)
def test_a_stream_that_raised_was_interrupted_if_its_answer_had_begun(calls: Calls, reason: str) -> None:
    row = calls["raised", reason]
    assert (row["status"], row["status_reason"]) == ("failure", reason)


def test_a_streamed_call_of_logfire_is_its_log_as_long_as_the_stream_took(marts: Marts) -> None:
    ended = moments_after(1.5)
    log = {
        "logfire.span_type": "log",
        "logfire.msg_template": "streaming response from {request_data[model]!r} took {duration:.2f}s",
        "duration": 1.5,
    }
    marts.build(
        logfire(1, attributes={"response_data": None}),
        logfire(2, attributes=log, start=ended, end_time_unix_nano=ended),
    )
    [row] = marts.query("select * from interactions")
    assert row["interaction_id"] == interaction_id(2)
    assert (row["is_streamed"], row["processing_time_ms"]) == (True, 1500.0)
    assert row["created_at"].replace(tzinfo=UTC).timestamp() == moments_after(0) / NANOSECONDS


@pytest.mark.parametrize("case", ERRORS)
def test_an_error_is_the_apis_sentence_with_its_class_and_status(calls: Calls, case: str) -> None:
    row = calls["errors", case]
    assert (row["status"], row["error_type"]) == ("failure", ERRORS[case][1])
    assert (row["error_message"], row["http_status"]) == ("Slow down", 429)


@pytest.mark.parametrize("dialect", REFUSALS)
def test_a_refusal(calls: Calls, dialect: str) -> None:
    row = calls["refusals", dialect]
    assert (row["refusal"], row["ai_response"], row["status_reason"]) == ("No.", None, "refused")


@pytest.mark.parametrize("dialect", STRUCTURED)
def test_json_that_was_asked_for_is_structured_output(calls: Calls, dialect: str) -> None:
    assert calls["structured", dialect]["structured_output"] == DRAFT["content"]


@pytest.mark.parametrize("dialect", PLAIN_TEXT)
def test_a_format_may_ask_for_plain_text(calls: Calls, dialect: str) -> None:
    row = calls["plain", dialect]
    assert (row["structured_output"], row["status"]) == (None, "success")


@pytest.mark.parametrize("word", WORDS)
def test_finish_reasons_are_openais_words(calls: Calls, word: str) -> None:
    assert calls["words", word]["finish_reason"] == WORDS[word]


@pytest.mark.parametrize(("status", "reason"), RESPONSES)
def test_a_response_that_completed_ended_as_a_chat_would(
    calls: Calls, status: str, reason: str | None
) -> None:
    row = calls["responses", f"{status} {reason}"]
    assert (row["finish_reason"], row["status"]) == (
        reason,
        "success" if status == "completed" else "partial",
    )
