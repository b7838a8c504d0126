"""Whether content is recorded, and where: the standard variable decides."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.trace import TracerProvider

from spanmart.instrumentation import Prompt, instrument, interaction, record_feedback, uninstrument
from spanmart.instrumentation.privacy.content_capture import VARIABLE, ContentCapture, content_capture
from support import openai_bodies as bodies
from support.replay_server import Exchange

from .conftest import Api, Recorded
from .surfaces import CHAT

SECRETS = ("You are brief", "Say hello", "Hello there", "form field", "kept text")


def call_everything(api: Callable[..., Api], providers: Any) -> Recorded:
    instrument(tracer_provider=providers[0], logger_provider=providers[1])
    try:
        connected = api(Exchange("chat/completions", bodies.chat_body()))
        with interaction("t", prompt=Prompt("p", "1", "{{a}}"), variables={"a": "form field"}) as call:
            connected.client.chat.completions.create(**CHAT, response_format={"type": "json_object"})
        record_feedback(call.id, "modified", final_text="kept text")
    finally:
        uninstrument()
    return providers[2]


@pytest.mark.parametrize(
    ("value", "on_span", "in_event"),
    [
        (None, True, False),
        ("", True, False),
        ("span_only", True, False),
        ("SPAN_ONLY", True, False),
        ("true", True, False),
        ("event_only", False, True),
        ("span_and_event", True, True),
        ("no_content", False, False),
        ("false", False, False),
    ],
)
def test_content_goes_where_the_variable_says(
    value: str | None,
    on_span: bool,
    in_event: bool,
    monkeypatch: pytest.MonkeyPatch,
    api: Callable[..., Api],
    providers: tuple[TracerProvider, LoggerProvider, Recorded],
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(VARIABLE, value)
    recorded = call_everything(api, providers)
    assert ("gen_ai.input.messages" in recorded.attributes) is on_span
    assert ("gen_ai.output.messages" in recorded.attributes) is on_span
    assert ("gen_ai.prompt.variable.a" in recorded.attributes) is on_span
    events = [event for event in recorded.log_records if event.event_name != "gen_ai.evaluation.result"]
    assert bool(events) is in_event
    for event in events:
        assert event.event_name == "gen_ai.client.inference.operation.details"
        assert event.span_id == recorded.span.get_span_context().span_id  # type: ignore[union-attr]
        assert (
            json.loads(event.attributes["gen_ai.output.messages"])[0]["parts"][0]["content"] == "Hello there"
        )
        assert "Say hello" in event.attributes["gen_ai.input.messages"]
        assert event.attributes["gen_ai.prompt.variable.a"] == "form field"


def test_without_content_nothing_of_it_leaves_and_the_facts_stay(
    monkeypatch: pytest.MonkeyPatch,
    api: Callable[..., Api],
    providers: tuple[TracerProvider, LoggerProvider, Recorded],
) -> None:
    monkeypatch.setenv(VARIABLE, "no_content")
    recorded = call_everything(api, providers)
    everything = recorded.span.to_json() + "".join(str(event.attributes) for event in recorded.log_records)
    assert not [secret for secret in SECRETS if secret in everything]
    assert recorded.attributes["gen_ai.usage.output_tokens"] == 5
    assert recorded.attributes["gen_ai.prompt.name"] == "p"
    assert recorded.attributes["spanmart.response.structured_output.valid"] is False


def test_a_refusal_is_still_told_without_its_words(
    monkeypatch: pytest.MonkeyPatch,
    api: Callable[..., Api],
    providers: tuple[TracerProvider, LoggerProvider, Recorded],
) -> None:
    monkeypatch.setenv(VARIABLE, "no_content")
    instrument(tracer_provider=providers[0])
    try:
        connected = api(Exchange("chat/completions", bodies.chat_body(None, refusal="I cannot help.")))
        connected.client.chat.completions.create(**CHAT)
    finally:
        uninstrument()
    assert providers[2].attributes["spanmart.response.refusal"] == "(content not captured)"


def test_a_value_that_is_not_known_means_no_content_and_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(VARIABLE, "everything")
    assert content_capture() is ContentCapture.NO_CONTENT
    assert f"{VARIABLE}=everything" in caplog.text
