"""What goes with the texts and what stays, over the keys of several instrumentations."""

import json

import pytest

from spanmart.warehouse.maintenance.text_removal import events_without_texts, remove_text

SECRET = "Ada Lovelace"


@pytest.mark.parametrize(
    "key",
    [
        "gen_ai.input.messages",
        "gen_ai.system_instructions",
        "gen_ai.prompt.0.content",
        "gen_ai.completion.0.tool_calls.0.arguments",
        "gen_ai.prompt.variable.name",
        "llm.output_messages.0.message.contents.0.message_content.text",
        "input.value",
        "ai.prompt",
        "ai.response.text",
        "langfuse.observation.output",
        "traceloop.entity.input",
        "spanmart.response.refusal",
        "spanmart.feedback.final_text",
        "exception.stacktrace",
        "db.query.text",
    ],
)
def test_text_goes(key):
    assert remove_text(key, SECRET) == "[removed]"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("gen_ai.prompt.name", "outline"),
        ("gen_ai.prompt.version", "3"),
        ("gen_ai.prompt.0.role", "user"),
        ("gen_ai.completion.0.finish_reason", "stop"),
        ("gen_ai.response.finish_reasons", '["stop"]'),
        ("gen_ai.response.model", "gpt-4o-mini"),
        ("gen_ai.usage.input_tokens", "12"),
        ("gen_ai.evaluation.score.value", "80"),
        ("llm.cost.prompt", "0.25"),
        ("langfuse.observation.cost_details", '{"input": 0.25}'),
        ("llm.token_count.prompt", "12"),
        ("ai.response.finishReason", "stop"),
        ("ai.usage.promptTokens", "12"),
        ("spanmart.prompt.required_variables", '["title", "tone"]'),
        ("spanmart.response.structured_output.valid", "false"),
        ("spanmart.context.category", "health and safety"),
        ("user.id", "ada"),
        ("exception.message", "Rate limit reached"),
        ("error.type", "openai.RateLimitError"),
        ("gen_ai.prompt.variable.title", " "),
    ],
)
def test_facts_stay(key, value):
    assert remove_text(key, value) == value


def test_messages_keep_their_shape():
    messages = [{"role": "user", "finish_reason": "stop", "parts": [{"type": "text", "content": SECRET}]}]
    assert json.loads(remove_text("gen_ai.output.messages", json.dumps(messages))) == [
        {"role": "user", "finish_reason": "stop", "parts": [{"type": "text", "content": "[removed]"}]}
    ]


def test_what_the_app_passed_to_a_tool_goes_with_its_names():
    messages = [{"parts": [{"type": "tool_call", "name": "greet", "arguments": {"name": SECRET, "age": 36}}]}]
    [message] = json.loads(remove_text("gen_ai.output.messages", json.dumps(messages)))
    assert message["parts"][0]["arguments"] == {}


def test_whether_an_answer_was_valid_json_can_still_be_told():
    key = "gen_ai.completion.0.content"
    assert json.loads(remove_text(key, '{"name": "Ada"}')) == {"name": "[removed]"}
    assert remove_text(key, '{"name": "Ada') == "[removed]"
    message = json.dumps([{"parts": [{"type": "text", "content": '{"name": "Ada"}'}]}])
    [emptied] = json.loads(remove_text("gen_ai.output.messages", message))
    assert emptied["parts"][0]["content"] == "{}"


def test_a_number_that_a_person_wrote_goes():
    assert remove_text("gen_ai.prompt.variable.age", "36") == "[removed]"
    assert remove_text("gen_ai.prompt.0.content", "791234567") == "[removed]"


def test_what_is_long_is_a_text_whatever_its_key():
    assert remove_text("custom.note", "x" * 257) == "[removed]"
    assert remove_text("custom.note", "x" * 256) == "x" * 256


def test_an_event_keeps_its_name_its_time_and_the_error():
    event = {
        "name": "exception",
        "time_unix_nano": 5,
        "attributes": {
            "exception.message": "Connection reset",
            "exception.stacktrace": SECRET,
            "content": SECRET,
        },
    }
    assert json.loads(events_without_texts(json.dumps([event]))) == [
        event
        | {
            "attributes": {
                "exception.message": "Connection reset",
                "exception.stacktrace": "[removed]",
                "content": "[removed]",
            }
        }
    ]


@pytest.mark.parametrize(
    "odd",
    [
        r'["\ud83e"]',
        "[" * 900 + "]" * 900,
        '{"a":' * 65 + '"b"' + "}" * 65,
        "[" * 100_000,
        "[" + "9" * 5_000 + "]",
        "[NaN, 1e999]",
        '[{"parts": [1,]}',
    ],
)
def test_odd_texts_go_too(odd):
    for key in ("gen_ai.input.messages", "spanmart.prompt.variable.a"):
        remove_text(key, odd).encode()
    assert SECRET not in remove_text("gen_ai.input.messages", odd.replace("[", f'["{SECRET}",', 1))
    inner = json.dumps([{"name": "said", "time_unix_nano": 5, "attributes": {"content": odd}}])
    [event] = json.loads(events_without_texts(inner))
    assert event == {
        "name": "said",
        "time_unix_nano": 5,
        "attributes": {"content": event["attributes"]["content"]},
    }
    assert event["attributes"]["content"] in ("[removed]", "[]", "{}")


def test_events_that_nothing_can_read_go_whole():
    for odd in ("[" * 900 + "]" * 900, "{}", '[{"attributes": '):
        assert events_without_texts(odd) == "[]"
