"""Prompts: rendering, what is missing, and the hash of what was written."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanmart.instrumentation import InvalidVariables, Prompt, Rule, interaction
from support import openai_bodies as bodies
from support.replay_server import Exchange

from .conftest import Api, Recorded, chat
from .surfaces import needs_responses

OUTLINE = Prompt(
    "outline",
    version="3",
    template="Outline {{title}} for {{ audience }}.",
    required=("title", "audience", "tone"),
)


def test_a_template_of_text_is_one_user_message() -> None:
    assert OUTLINE.messages({"title": "Fire", "audience": "nurses"}) == [
        {"role": "user", "content": "Outline Fire for nurses."}
    ]


def test_messages_are_rendered_in_text_and_in_parts_and_the_template_stays() -> None:
    template: list[dict[str, Any]] = [
        {"role": "system", "content": "Write for {{audience}}."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "On {{title}}."},
                {"type": "image_url", "image_url": {"url": "https://example.org/{{title}}"}},
            ],
        },
    ]
    prompt = Prompt("kit", "1", template)
    system, user = prompt.messages({"audience": "nurses", "title": "Fire"})
    assert system == {"role": "system", "content": "Write for nurses."}
    assert user["content"][0] == {"type": "text", "text": "On Fire."}
    assert user["content"][1]["image_url"]["url"] == "https://example.org/{{title}}"
    assert template[0]["content"] == "Write for {{audience}}."
    assert prompt.text({"audience": "nurses", "title": "Fire"}) == "Write for nurses.\n\nOn Fire."


@pytest.mark.parametrize(
    ("value", "rendered"),
    [
        ("Fire", "Fire"),
        (None, ""),
        (4, "4"),
        (True, "true"),
        (["a", "b"], '["a","b"]'),
        ("{{title}}", "{{title}}"),
    ],
)
def test_variables_are_written_as_text_or_as_json(value: object, rendered: str) -> None:
    assert Prompt("p", "1", "{{title}}").text({"title": value}) == rendered


def test_a_variable_that_is_not_given_is_empty() -> None:
    assert OUTLINE.text({}) == "Outline  for ."


@pytest.mark.parametrize("empty", [None, "", " \n", [], {}, ()])
def test_required_variables_that_are_absent_or_empty_are_missing(empty: object) -> None:
    assert OUTLINE.missing({"title": "Fire", "audience": empty}) == ["audience", "tone"]


@pytest.mark.parametrize("given_value", [0, False, "x", [0]])
def test_zero_and_false_are_answers(given_value: object) -> None:
    assert Prompt("p", "1", "", required=("a",)).missing({"a": given_value}) == []


def test_the_hash_is_of_the_content_alone() -> None:
    assert OUTLINE.template_hash == Prompt("other", "9", OUTLINE.template).template_hash
    assert OUTLINE.template_hash == "f9ebc793cdb93437f33680b05bb165acd2363365aee3fc2b77cf68b8b9f00f13"


@given(st.text(), st.text())
def test_another_text_has_another_hash(one: str, other: str) -> None:
    same = Prompt("p", "1", one).template_hash == Prompt("p", "1", other).template_hash
    assert same == (one == other)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_variable_comes_through_whatever_it_is(value: str) -> None:
    assert Prompt("p", "1", "<{{a}}>").text({"a": value}) == f"<{value}>"


@pytest.mark.parametrize(
    ("arguments", "error", "named"),
    [
        ({"name": "", "version": "1", "template": ""}, ValueError, "name and a version"),
        ({"name": "a", "version": "", "template": ""}, ValueError, "name and a version"),
        ({"name": "a", "version": "1", "template": 5}, TypeError, "int"),
        ({"name": "a", "version": "1", "template": "", "required": "title"}, TypeError, "'title'"),
        ({"name": "a", "version": "1", "template": "", "rules": {"title": str}}, TypeError, "rule of title"),
        (
            {"name": "a", "version": "1", "template": "", "on_invalid": "stop"},
            ValueError,
            "record, warn, raise",
        ),
    ],
)
def test_a_prompt_that_cannot_be_says_what_is_wrong(
    arguments: dict[str, Any], error: type[Exception], named: str
) -> None:
    with pytest.raises(error, match=named):
        Prompt(**arguments)


@pytest.mark.parametrize(
    ("rule", "value", "objection"),
    [
        (Rule(str), "a", None),
        (Rule(str), 5, "is int, not str"),
        (Rule(int), True, "is bool, not int"),
        (Rule(float), 5, None),
        (Rule((int, str)), 2.5, "is float, not int or str"),
        (Rule(max_length=3), "abcd", "is longer than 3"),
        (Rule(min_length=2), ["a"], "is shorter than 2"),
        (Rule(min_length=2, max_length=3), "abc", None),
        (Rule(max_length=3), 5, "cannot be checked (TypeError)"),
        (Rule(one_of=("plain", "lively")), "plain", None),
        (Rule(one_of=("plain", "lively")), "rude", "is not one of the allowed values"),
        (Rule(one_of={"plain"}), ["plain"], "cannot be checked (TypeError)"),
    ],
)
def test_a_rule_names_what_is_wrong_and_not_the_value(
    rule: Rule, value: object, objection: str | None
) -> None:
    assert rule.objection(value) == objection


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"type": "str"}, TypeError),
        ({"one_of": "plain"}, TypeError),
        ({"min_length": 3, "max_length": 2}, ValueError),
    ],
)
def test_a_rule_that_cannot_be_is_refused(arguments: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        Rule(**arguments)


RULES = {"title": Rule(str, max_length=10), "tone": Rule(one_of=("plain",)), "minutes": Rule(int)}
FORM = {"title": "Fire safety at work", "audience": " ", "tone": "plain"}


def outline(on_invalid: str = "record") -> Prompt:
    return Prompt("outline", "3", OUTLINE.template, OUTLINE.required, RULES, on_invalid)


def test_missing_and_invalid_variables_are_recorded_and_the_call_is_made(
    recorded: Recorded, api: Callable[..., Api]
) -> None:
    with interaction("t", prompt=outline(), variables=FORM) as call:
        chat(api(Exchange("chat/completions", bodies.chat_body())), messages=call.messages())
    assert recorded.attributes["spanmart.prompt.missing_variables"] == ("audience",)
    assert recorded.attributes["spanmart.prompt.invalid_variables"] == ("title",)
    assert call.missing_variables == ["audience"]
    assert call.invalid_variables == {"title": "is longer than 10"}


def test_a_prompt_without_rules_says_nothing_of_them(recorded: Recorded, api: Callable[..., Api]) -> None:
    with interaction("t", prompt=OUTLINE, variables=FORM):
        chat(api(Exchange("chat/completions", bodies.chat_body())))
    assert "spanmart.prompt.invalid_variables" not in recorded.attributes


def test_a_warning_names_them_and_the_call_is_made(
    recorded: Recorded, api: Callable[..., Api], caplog: pytest.LogCaptureFixture
) -> None:
    with interaction("t", prompt=outline("warn"), variables=FORM):
        chat(api(Exchange("chat/completions", bodies.chat_body())))
    said = "spanmart: prompt outline version 3: audience is missing, title is longer than 10"
    assert [record.getMessage() for record in caplog.records if record.name.startswith("spanmart")] == [said]
    assert len(recorded.spans) == 1


@pytest.mark.parametrize("way", ["block", "decorator"])
def test_raising_happens_before_the_call(way: str, recorded: Recorded) -> None:
    scope = interaction("t", prompt=outline("raise"), variables=FORM)
    with pytest.raises(InvalidVariables, match="audience is missing, title is longer than 10") as raised:
        if way == "block":
            with scope:
                pytest.fail("the block was entered")
        else:
            scope(pytest.fail)("the function was called")
    assert (raised.value.missing, raised.value.invalid) == (["audience"], {"title": "is longer than 10"})
    assert "Fire" not in str(raised.value)
    assert not recorded.spans


@pytest.mark.parametrize("on_invalid", ["record", "warn", "raise"])
def test_variables_that_are_as_they_should_be_pass(on_invalid: str, caplog: pytest.LogCaptureFixture) -> None:
    form = {"title": "Fire", "audience": "nurses", "tone": "plain"}
    with interaction("t", prompt=outline(on_invalid), variables=form) as call:
        assert call.invalid_variables == {}
    assert not caplog.records


TURNS: list[dict[str, Any]] = [
    {"role": "system", "content": "Write for {{audience}}."},
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "On {{title}}."},
            {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "low"}},
            {"type": "file", "file": {"file_id": "file-1"}},
        ],
    },
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "c", "type": "function", "function": {"name": "find", "arguments": "{}"}}],
    },
    {"role": "tool", "tool_call_id": "c", "content": "found"},
    {"role": "assistant", "content": [{"type": "text", "text": "Done."}]},
]


def test_a_prompt_is_rendered_as_input_of_the_responses_api() -> None:
    assert OUTLINE.input({"title": "Fire", "audience": "nurses"}) == [
        {"role": "user", "content": "Outline Fire for nurses."}
    ]
    assert Prompt("kit", "1", TURNS).input({"audience": "nurses", "title": "Fire"}) == [
        {"role": "system", "content": "Write for nurses."},
        {
            "role": "user",
            "content": [
                {"type": "input_text", "text": "On Fire."},
                {"type": "input_image", "image_url": "https://example.org/a.png", "detail": "low"},
                {"type": "input_file", "file_id": "file-1"},
            ],
        },
        {"type": "function_call", "call_id": "c", "name": "find", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": "found"},
        {"role": "assistant", "content": [{"type": "output_text", "text": "Done."}]},
    ]


@needs_responses
def test_the_input_of_an_interaction_is_recorded(recorded: Recorded, api: Callable[..., Api]) -> None:
    connected = api(Exchange("responses", bodies.response_body(bodies.message_item("Hello"))))
    with interaction("t", prompt=Prompt("kit", "1", TURNS[:1]), variables={"audience": "nurses"}) as call:
        connected.client.responses.create(model="m", input=call.input())
    (message,) = recorded.messages("gen_ai.input.messages")
    assert message["parts"] == [{"type": "text", "content": "Write for nurses."}]
