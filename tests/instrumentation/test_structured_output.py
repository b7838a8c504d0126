"""JSON that was asked for, and whether it came."""

from collections.abc import Callable

import openai
import pytest
from opentelemetry.trace import StatusCode

from support import openai_bodies as bodies
from support.replay_server import Exchange

from .conftest import Api, Recorded, chat
from .surfaces import SURFACES, Greeting, needs_responses


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
