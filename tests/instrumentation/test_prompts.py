"""Prompts: rendering, what is missing, and the hash of what was written."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanmart.instrumentation import Prompt

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
    ],
)
def test_a_prompt_that_cannot_be_says_what_is_wrong(
    arguments: dict[str, Any], error: type[Exception], named: str
) -> None:
    with pytest.raises(error, match=named):
        Prompt(**arguments)
