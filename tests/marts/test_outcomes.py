"""How a call ended: its status, why, and which errors are of one kind."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from support.marts import Marts
from support.spans import OURS, Row, failed, feedback, interaction_id, span

GENAI = "opentelemetry.instrumentation.genai.openai"
BODY = (
    "Error code: 400 - {'error': {'message': \"This model's maximum context length is 8192 tokens\", "
    "'type': 'invalid_request_error', 'param': 'messages', 'code': 'context_length_exceeded'}}"
)
NOT_FOUND = (
    "Error code: 404 - {'error': {'message': 'The model `x` does not exist', 'code': 'model_not_found'}}"
)

OUTCOMES: dict[str, tuple[Mapping[str, Any], str, str | None]] = {
    "went well": ({}, "success", None),
    "ended in tool calls": ({"gen_ai.response.finish_reasons": ["tool_calls"]}, "success", None),
    "json as asked": (
        {"gen_ai.output.type": "json", "spanmart.response.structured_output.valid": True},
        "success",
        None,
    ),
    "raised, status unset": ({"error.type": "openai.APITimeoutError"}, "failure", "raised"),
    "response failed": ({"gen_ai.response.status": "failed"}, "failure", "response_failed"),
    "stream cut": (
        {"spanmart.stream.state": "interrupted", "error.type": "x"},
        "failure",
        "stream_interrupted",
    ),
    "cut off": ({"gen_ai.response.finish_reasons": ["length"]}, "partial", "length"),
    "filtered": ({"gen_ai.response.finish_reasons": ["content_filter"]}, "partial", "content_filter"),
    "refused": ({"spanmart.response.refusal": "I cannot help with that."}, "partial", "refused"),
    "abandoned": ({"spanmart.stream.state": "abandoned"}, "partial", "stream_abandoned"),
    "abandoned, as others say": ({"error.type": "abandoned"}, "partial", "stream_abandoned"),
    "ended without finish": ({"spanmart.stream.state": "incomplete"}, "partial", "stream_incomplete"),
    "response incomplete": ({"gen_ai.response.status": "incomplete"}, "partial", "response_incomplete"),
    "begun, and not retrieved": ({"gen_ai.response.status": "queued"}, "partial", "response_unfinished"),
    "invalid json": ({"spanmart.response.structured_output.valid": False}, "partial", "invalid_json"),
    "invalid json, found here": ({"gen_ai.output.type": "json"}, "partial", "invalid_json"),
}


@pytest.fixture(scope="module")
def outcomes(module_marts: Marts) -> dict[str, Row]:
    numbers = {name: number for number, name in enumerate(OUTCOMES, start=1)}
    module_marts.build(*(span(numbers[name], attributes=case[0]) for name, case in OUTCOMES.items()))
    return {name: module_marts.interaction(number) for name, number in numbers.items()}


@pytest.mark.parametrize("case", OUTCOMES)
def test_status_and_its_reason(outcomes: dict[str, Row], case: str) -> None:
    _, status, reason = OUTCOMES[case]
    assert (outcomes[case]["status"], outcomes[case]["status_reason"]) == (status, reason)


def test_what_did_not_fail_is_no_failure(outcomes: dict[str, Row], module_marts: Marts) -> None:
    failures = {row["interaction_id"] for row in module_marts.query("select interaction_id from failures")}
    assert failures == {row["interaction_id"] for row in outcomes.values() if row["status"] == "failure"}
    assert {row["error_type"] for row in outcomes.values() if row["status"] != "failure"} == {None}


def test_a_refusal_is_shown_where_there_is_no_answer(marts: Marts) -> None:
    marts.build(
        span(attributes={"spanmart.response.refusal": "I cannot help.", "gen_ai.output.messages": None})
    )
    row = marts.interaction()
    assert (row["ai_response"], row["refusal"], row["response_preview"]) == (
        None,
        "I cannot help.",
        "I cannot help.",
    )


def test_our_failure_shows_the_apis_message_and_the_exceptions_trace(marts: Marts) -> None:
    exception = {
        "exception.type": "openai.RateLimitError",
        "exception.message": "Error code: 429 - {'error': {'message': 'Slow down'}}",
        "exception.stacktrace": "Traceback ...",
    }
    marts.build(
        failed(
            message="Slow down",
            exception=exception,
            attributes={
                "http.response.status_code": 429,
                "spanmart.error.code": "rate_limit_exceeded",
                "gen_ai.prompt.variable.title": "Safety",
            },
        )
    )
    row = marts.interaction()
    assert (row["error_type"], row["error_message"]) == ("openai.RateLimitError", "Slow down")
    assert json.loads(row["error_details"]) == {
        "type": "openai.RateLimitError",
        "message": exception["exception.message"],
        "stacktrace": "Traceback ...",
    }
    [failure] = marts.query("select * from failures")
    assert (
        failure["http_status"],
        failure["error_code"],
        failure["stack_trace"],
        failure["error_message"],
    ) == (
        429,
        "rate_limit_exceeded",
        "Traceback ...",
        "Slow down",
    )
    assert json.loads(failure["input_variables"]) == {"title": "Safety"}
    assert failure["error_fingerprint"] == row["error_fingerprint"]


SENTENCES: list[tuple[str, str | None, int | None]] = [
    ("Error code: 404 - The model `x` does not exist", "The model `x` does not exist", 404),
    (NOT_FOUND, "The model `x` does not exist", 404),
    (BODY, "This model's maximum context length is 8192 tokens", 400),
    ("Connection error.", "Connection error.", None),
    ("", None, None),
]


def test_the_apis_sentence_is_taken_out_of_what_the_client_prints(module_marts: Marts) -> None:
    numbered = list(enumerate(SENTENCES, start=600))
    module_marts.build(*(failed(number, message=case[0], scope=GENAI) for number, case in numbered))
    rows = [module_marts.interaction(number) for number, _ in numbered]
    assert [(row["error_message"], row["http_status"]) for row in rows] == [case[1:] for case in SENTENCES]


ONE_KIND = [
    (
        "Rate limit reached for gpt-4o in organization org-AbC123dEf on tokens: Limit 30000, Used 29871",
        "Rate limit reached for gpt-4o in organization org-ZyX987wVu on tokens: Limit 30000, Used 7",
    ),
    ("The model `gpt-9` does not exist", "The model `gpt-10-turbo` does not exist"),
    ("Invalid value: 'high'. See https://a.b/c?d=1", "Invalid value: 'very low'. See https://x.y/z"),
    (
        "Request 7d1c1f0e-6f5e-4a57-9a5c-0f2b8e8a1b2c timed out",
        "Request 00000000-aaaa-bbbb-cccc-0123456789ab timed out",
    ),
    ("Request req_0123abcd failed after 1.5 s", "Request req_zyxw9876 failed after 20 s"),
]
TWO_KINDS = [
    ("Rate limit reached", "Quota exceeded"),
    ("The server had an error", "The server had an error while processing your request"),
    ("This model doesn't support images and can't hear", "This model doesn't support audio and can't hear"),
]


def test_errors_that_differ_only_in_values_have_one_fingerprint(module_marts: Marts) -> None:
    pairs = [*ONE_KIND, *TWO_KINDS]
    sent = [failed(700 + number, message=message) for number, message in enumerate(sum(pairs, ()))]
    module_marts.build(*sent)
    prints = [module_marts.interaction(700 + number)["error_fingerprint"] for number in range(len(sent))]
    alike = [
        pair for pair, at in zip(pairs, range(0, len(sent), 2), strict=True) if prints[at] == prints[at + 1]
    ]
    assert alike == ONE_KIND


def test_the_fingerprint_knows_the_error_by_its_type_whoever_reports_it(marts: Marts) -> None:
    marts.build(
        failed(1, attributes={"error.type": "openai.RateLimitError"}, scope=OURS),
        failed(2, attributes={"error.type": "RateLimitError"}, scope=GENAI),
        failed(3, attributes={"error.type": "openai.APIStatusError"}, scope=GENAI),
    )
    first, second, third = (marts.interaction(number)["error_fingerprint"] for number in (1, 2, 3))
    assert first == second != third


def test_a_call_sent_again_replaces_what_was_there_in_every_mart(marts: Marts) -> None:
    declared = {"spanmart.prompt.required_variables": ["title"]}
    marts.build(failed(1, attributes=declared), feedback(1, "rejected"))
    marts.build(span(1, attributes={**declared, "gen_ai.prompt.variable.title": "Safety"}))

    row = marts.interaction(1)
    assert (row["status"], row["user_feedback"]) == ("success", "rejected")
    for mart in ("failures", "failure_groups", "missing_variables"):
        assert marts.query(f"select * from {mart}") == [], mart
    [costs] = marts.query("select interactions, input_tokens from costs_daily")
    assert costs == {"interactions": 1, "input_tokens": 1000}


def test_a_span_sent_again_that_is_no_call_any_more_is_gone(marts: Marts) -> None:
    marts.build(failed(1))
    marts.build(span(1, attributes={"gen_ai.operation.name": "execute_tool"}))
    for mart in ("interactions", "interaction_texts", "failures", "failure_groups", "costs_daily"):
        assert marts.query(f"select * from {mart}") == [], mart


def test_of_one_commits_copies_of_a_span_the_last_wins(marts: Marts) -> None:
    marts.build(failed(1), span(1), span(1))
    assert [row["status"] for row in marts.query("select status from interactions")] == ["success"]
    assert marts.query("select interaction_id from interaction_texts") == [
        {"interaction_id": interaction_id(1)}
    ]
