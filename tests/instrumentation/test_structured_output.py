"""JSON that was asked for, and whether it came."""

import json
from collections.abc import Callable
from typing import Any

import openai
import pydantic
import pytest
from opentelemetry.trace import StatusCode

from spanmart.instrumentation.openai.json_schema import objection
from support import openai_bodies as bodies
from support.replay_server import Exchange

from .conftest import Api, Recorded, chat
from .surfaces import CHAT, SURFACES, Greeting, needs_responses


def test_what_parse_returned_is_recorded(recorded: Recorded, api: Callable[..., Api]) -> None:
    text = '{"greeting": "hello"}'
    parsed = SURFACES["chat parse"][2](api(Exchange("chat/completions", bodies.chat_body(text))).client)
    assert parsed.choices[0].message.parsed == Greeting(greeting="hello")
    assert recorded.attributes["spanmart.response.structured_output"] == text
    assert recorded.attributes["spanmart.response.structured_output.valid"] is True
    assert recorded.attributes["spanmart.request.schema_name"] == "Greeting"
    assert recorded.attributes["gen_ai.output.type"] == "json"


def test_json_that_does_not_fit_the_schema_is_not_valid(recorded: Recorded, api: Callable[..., Api]) -> None:
    with pytest.raises(ValueError, match="greeting"):
        SURFACES["chat parse"][2](api(Exchange("chat/completions", bodies.chat_body('{"other": 1}'))).client)
    assert recorded.attributes["spanmart.response.structured_output.valid"] is False
    assert recorded.attributes["gen_ai.usage.output_tokens"] == 5
    assert recorded.span.status.status_code is StatusCode.ERROR


def test_what_parse_refuses_for_its_length_is_recorded_with_its_tokens(
    recorded: Recorded, api: Callable[..., Api]
) -> None:
    connected = api(Exchange("chat/completions", bodies.chat_body('{"greeting": "hel', "length")))
    with pytest.raises(openai.LengthFinishReasonError):
        SURFACES["chat parse"][2](connected.client)
    attributes = recorded.attributes
    assert attributes["gen_ai.usage.output_tokens"] == 5
    assert attributes["gen_ai.response.finish_reasons"] == ("length",)
    assert attributes["spanmart.response.structured_output.valid"] is False
    assert recorded.messages()[0]["parts"][0]["content"] == '{"greeting": "hel'


def test_json_asked_for_without_a_schema_is_checked_too(recorded: Recorded, api: Callable[..., Api]) -> None:
    chat(
        api(Exchange("chat/completions", bodies.chat_body("Sorry!"))),
        response_format={"type": "json_object"},
    )
    assert recorded.attributes["spanmart.response.structured_output.valid"] is False
    assert "spanmart.response.structured_output" not in recorded.attributes


def test_text_that_was_not_asked_to_be_json_is_not_judged(
    recorded: Recorded, api: Callable[..., Api]
) -> None:
    chat(api(Exchange("chat/completions", bodies.chat_body("{}"))))
    assert "spanmart.response.structured_output.valid" not in recorded.attributes


@needs_responses
def test_the_responses_api_names_its_schema(recorded: Recorded, api: Callable[..., Api]) -> None:
    text = '{"greeting": "hello"}'
    body = bodies.response_body(bodies.message_item(text))
    SURFACES["responses parse"][2](api(Exchange("responses", body)).client)
    assert recorded.attributes["spanmart.request.schema_name"] == "Greeting"
    assert recorded.attributes["spanmart.response.structured_output"] == text


def asked_for(schema: Any) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "kit", "schema": schema}}


KIT = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "maxLength": 20},
        "steps": {"type": "array", "items": {"$ref": "#/$defs/step"}, "minItems": 1},
        "tone": {"enum": ["plain", "lively"]},
        "minutes": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
    },
    "required": ["title", "steps"],
    "additionalProperties": False,
    "$defs": {
        "step": {"type": "object", "properties": {"next": {"$ref": "#/$defs/step"}}, "required": ["what"]}
    },
}
STEP = {"what": "walk"}


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ({"title": "Fire", "steps": [{**STEP, "next": STEP}], "tone": "plain", "minutes": 5}, None),
        ({"title": "Fire", "steps": [STEP], "minutes": None}, None),
        ({"title": "Fire", "steps": [STEP], "minutes": 5.0}, None),
        ([], "$ is not object"),
        ({"title": "Fire"}, "$ lacks steps"),
        ({"title": 5, "steps": [STEP]}, "$.title is not string"),
        ({"title": "x" * 21, "steps": [STEP]}, "$.title is too long"),
        ({"title": "Fire", "steps": []}, "$.steps has too few items"),
        ({"title": "Fire", "steps": [STEP, {**STEP, "next": {}}]}, "$.steps[1].next lacks what"),
        ({"title": "Fire", "steps": [STEP], "tone": "rude"}, "$.tone is not one of the allowed values"),
        ({"title": "Fire", "steps": [STEP], "minutes": True}, "$.minutes is none of what is allowed"),
        ({"title": "Fire", "steps": [STEP], "secret": 1}, "$ has something that is not allowed"),
    ],
)
def test_json_is_checked_against_the_schema_that_was_asked_for(
    value: object, wrong: str | None, recorded: Recorded, api: Callable[..., Api]
) -> None:
    text = json.dumps(value)
    chat(api(Exchange("chat/completions", bodies.chat_body(text))), response_format=asked_for(KIT))
    assert recorded.attributes["spanmart.response.structured_output"] == text
    assert recorded.attributes["spanmart.response.structured_output.valid"] is (wrong is None)
    assert recorded.attributes.get("spanmart.response.structured_output.error") == wrong
    assert recorded.span.status.status_code is StatusCode.UNSET


@pytest.mark.parametrize(
    "schema",
    [
        None,
        True,
        "object",
        {"type": "odd"},
        {"type": 5},
        {"$ref": "#"},
        {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]},
        {"$ref": "https://example.org/schema"},
        {"$ref": "#/$defs/none"},
        {"enum": 5},
        {"minLength": "3"},
        {"pattern": "["},
        {"required": None, "properties": []},
    ],
    ids=str,
)
def test_a_schema_that_is_not_understood_objects_to_nothing(schema: object) -> None:
    assert objection("ab", schema) is None


def test_what_the_client_could_parse_is_valid(recorded: Recorded, api: Callable[..., Api]) -> None:
    class Plan(pydantic.BaseModel):
        minutes: int

    completions = api(Exchange("chat/completions", bodies.chat_body('{"minutes": "5"}'))).client
    parse = getattr(completions.chat.completions, "parse", completions.beta.chat.completions.parse)
    assert parse(**CHAT, response_format=Plan).choices[0].message.parsed == Plan(minutes=5)
    assert recorded.attributes["spanmart.response.structured_output.valid"] is True


@needs_responses
def test_the_schema_of_the_responses_api_is_checked_too(recorded: Recorded, api: Callable[..., Api]) -> None:
    connected = api(Exchange("responses", bodies.response_body(bodies.message_item('{"title": 1}'))))
    wanted = {"format": {"type": "json_schema", "name": "kit", "schema": KIT}}
    connected.client.responses.create(model="m", input="a", text=wanted)
    assert recorded.attributes["spanmart.request.schema_name"] == "kit"
    assert recorded.attributes["spanmart.response.structured_output.error"] == "$ lacks steps"


def test_json_that_was_cut_in_a_stream_is_not_valid(recorded: Recorded, api: Callable[..., Api]) -> None:
    chunks = bodies.chat_chunks('{"title": "Fi', finish_reason="length")
    list(
        chat(api(Exchange("chat/completions", chunks)), stream=True, response_format=asked_for(KIT)),
    )
    assert recorded.attributes["spanmart.response.structured_output.error"] == "is no JSON"
