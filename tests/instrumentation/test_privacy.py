"""What leaves the process: no secret by any way, no more text than allowed, nothing about the host."""

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import openai
import pydantic
import pytest
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from spanmart.instrumentation import (
    Prompt,
    Redaction,
    diagnostics,
    instrument,
    interaction,
    record_feedback,
    uninstrument,
)
from spanmart.instrumentation.privacy.content_capture import VARIABLE
from support import openai_bodies as bodies
from support.otlp_receiver import OtlpReceiver
from support.planted_secrets import planted, spellings
from support.replay_server import Exchange, ReplayServer

from .conftest import Api, Recorded, chat
from .surfaces import HAS_RESPONSES, SURFACES

NAME = "Zoë O'Neil"  # the value of a variable that is named as private
TEXTS = 10_000


@dataclass
class Planting:
    """An application that has a secret in everything that it says, hears and raises."""

    random: Random
    secrets: list[str] = field(default_factory=list)

    def text(self) -> str:
        made = planted(self.random)
        self.secrets.append(made.secret)
        return made.text

    def message(self, role: str = "user") -> dict[str, Any]:
        return {"role": role, "content": self.text()}

    def arguments(self) -> str:
        return json.dumps({"to": self.text(), "nested": [{"note": self.text()}]})

    def tool_call(self) -> dict[str, Any]:
        return {
            "id": "call_1",
            "type": "function",
            "function": {"name": "send", "arguments": self.arguments()},
        }

    def asked(self) -> dict[str, Any]:
        system = {"role": "system", "content": [{"type": "text", "text": self.text()}]}
        named = {"role": "user", "content": f"I am {NAME}"}
        called = {"role": "assistant", "content": None, "tool_calls": [self.tool_call()]}
        answered = {"role": "tool", "tool_call_id": "call_1", "content": self.arguments()}
        return {
            "model": "gpt-4o-mini",
            "messages": [system, self.message(), named, called, answered],
            "stop": [self.text()],
        }

    def tool(self) -> dict[str, Any]:
        return {"type": "function", "function": {"name": "send", "description": self.text()}}

    def about(self) -> dict[str, Any]:
        return {
            "prompt": Prompt("outline", "1", "{{notes}} {{employee}}", required=("notes",)),
            "variables": {"notes": self.text(), "employee": NAME, "form": {"field": [self.text()]}},
            "context": {"category": self.text(), "place": {"of": self.text()}},
            "metadata": {"remark": self.text()},
        }


def answered(planting: Planting, call: str) -> Exchange:
    """What the server answers to each of the calls below."""
    said = planting.text() if call != "raised" else ""
    body: Any = {
        "chat": bodies.chat_body(said),
        "tool": bodies.chat_body(
            None,
            "tool_calls",
            tool_calls=[{"id": "c", "type": "function", "function": {"name": "send", "arguments": said}}],
        ),
        "refusal": bodies.chat_body(None, refusal=said),
        "json": bodies.chat_body(json.dumps({"to": said})),
        "parse": bodies.chat_body(json.dumps({"to": "x", "nested": said})),
        "stream": bodies.chat_chunks(said[:9], said[9:]),
        "broken": [bodies.chat_chunk({"content": "He"}), bodies.error_body(said, "overloaded")],
        "error": bodies.error_body(said, "invalid_prompt"),
        "raised": b"",
        "response": bodies.response_body(bodies.message_item(said)),
        "failed": bodies.response_body(status="failed", error={"code": "x", "message": said}),
    }[call]
    path = "responses" if call in ("response", "failed") else "chat/completions"
    return Exchange(path, body, key=call, status=400 if call == "error" else 200)


class Outline(pydantic.BaseModel):
    to: str
    nested: int


CALLS = ["chat", "tool", "refusal", "json", "parse", "stream", "broken", "error", "raised"]
CALLS += ["response", "failed"] if HAS_RESPONSES else []


def make(client: openai.OpenAI, planting: Planting, call: str) -> None:
    key = {"extra_headers": {"x-exchange": call}}
    if call in ("response", "failed"):
        client.responses.create(model="m", instructions=planting.text(), input=[planting.message()], **key)
        return
    asked = {**planting.asked(), **key}
    completions = client.chat.completions
    if call == "parse":
        parse = getattr(completions, "parse", client.beta.chat.completions.parse)
        parse(**asked, response_format=Outline)
    elif call in ("stream", "broken"):
        list(completions.create(**asked, stream=True))
    elif call == "json":
        completions.create(**asked, response_format={"type": "json_object"})
    else:
        completions.create(**asked, tools=[planting.tool()])


def app(base_url: str, exchanges: list[Exchange], random: Random) -> list[str]:
    """Make each call once; the secrets that were in it."""
    planting = Planting(random)
    exchanges[:] = [answered(planting, call) for call in CALLS]

    def failing(request: Any) -> Any:
        if request.headers["x-exchange"] == "raised":
            raise ValueError(planting.text())
        return request

    http = openai.DefaultHttpxClient(verify=False, event_hooks={"request": [failing]})
    client = openai.OpenAI(base_url=base_url, api_key="k", max_retries=0, http_client=http)
    for call in CALLS:
        with interaction("outline_generation", **planting.about(), session_id=planting.text()) as block:
            try:
                make(client, planting, call)
            except Exception as error:
                assert not isinstance(error, (TypeError, KeyError))
        record_feedback(block.id, "modified", comment=planting.text(), final_text=planting.text())
    client.close()
    return planting.secrets


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., tuple[bytes, list[str]]]]:
    """`exported(redaction, texts)`: all that reaches a collector of so many texts, and their secrets."""
    monkeypatch.setenv(VARIABLE, "span_and_event")

    def exporting(redaction: Any, texts: int) -> tuple[bytes, list[str]]:
        tracer_provider, logger_provider = TracerProvider(), LoggerProvider()
        secrets: list[str] = []
        with OtlpReceiver() as receiver, ReplayServer([]) as server:
            spans = OTLPSpanExporter(endpoint=f"{receiver.endpoint}/v1/traces")
            logs = OTLPLogExporter(endpoint=f"{receiver.endpoint}/v1/logs")
            tracer_provider.add_span_processor(BatchSpanProcessor(spans))
            logger_provider.add_log_record_processor(BatchLogRecordProcessor(logs))
            instrument(tracer_provider, logger_provider, redact=redaction)
            random = Random(7)
            while len(secrets) < texts:
                secrets += app(server.base_url, server.exchanges, random)
                tracer_provider.force_flush()
                logger_provider.force_flush()
            uninstrument()
            tracer_provider.shutdown()
            logger_provider.shutdown()
            requests = [*receiver.traces, *receiver.logs]
        return b"".join(request.SerializeToString() for request in requests), secrets

    yield exporting
    uninstrument()


def leaked(everything: bytes, secrets: list[str]) -> list[str]:
    return [secret for secret in secrets if any(spelled in everything for spelled in spellings(secret))]


def test_no_secret_of_ten_thousand_texts_reaches_the_collector(
    exported: Callable[..., tuple[bytes, list[str]]],
) -> None:
    everything, secrets = exported(Redaction(variables=("employee",)), TEXTS)
    assert leaked(everything, [*secrets, NAME]) == []
    assert b"[redacted email]" in everything


def test_without_redaction_they_all_do(exported: Callable[..., tuple[bytes, list[str]]]) -> None:
    everything, secrets = exported(None, 1)
    assert leaked(everything, [*secrets, NAME]) == [*secrets, NAME]


@pytest.fixture
def recording(
    providers: tuple[TracerProvider, LoggerProvider, Recorded],
) -> Iterator[Callable[..., Recorded]]:
    """`recording(redact)`: instrumented with that redaction, until the test ends."""

    def instrumented(redact: Any = None) -> Recorded:
        instrument(providers[0], providers[1], redact=redact)
        return providers[2]

    yield instrumented
    uninstrument()


def test_the_name_of_a_span_is_redacted_too(
    recording: Callable[..., Recorded], api: Callable[..., Api]
) -> None:
    recorded = recording(True)
    chat(api(Exchange("chat/completions", bodies.chat_body())), model="sk-abcdefgh12345678")
    assert recorded.span.name == "chat [redacted key]"


def test_an_interaction_inside_of_another_keeps_the_secrets_of_both(
    recording: Callable[..., Recorded], api: Callable[..., Api]
) -> None:
    recorded = recording(Redaction(variables=("name",)))
    with interaction("outer", variables={"name": "Zoë"}), interaction("inner", variables={"name": "Bob"}):
        chat(api(Exchange("chat/completions", bodies.chat_body("Zoë and Bob"))))
    assert recorded.messages()[0]["parts"][0]["content"] == "[redacted] and [redacted]"
    assert recorded.attributes["gen_ai.prompt.variable.name"] == "[redacted]"


def test_the_environment_switches_redaction_on_and_the_app_has_the_last_word(
    recording: Callable[..., Recorded], api: Callable[..., Api], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_PYTHON_SPANMART_REDACT", "email")
    connected = api(Exchange("chat/completions", bodies.chat_body("joe@x.org")))
    for redact in (None, False):
        recorded = recording(redact)
        assert chat(connected).choices[0].message.content == "joe@x.org"
    said = [span.attributes["gen_ai.output.messages"] for span in recorded.spans]  # type: ignore[index]
    assert ["joe@x.org" in text for text in said] == [False, True]


@pytest.mark.parametrize("limit", [60, 500, 5_000])
def test_texts_are_cut_to_the_standard_limit_with_a_mark_and_json_stays_json(
    limit: int, recording: Callable[..., Recorded], api: Callable[..., Api], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", str(limit))
    recorded = recording()
    text = "from here " + "x" * 100_000 + " to there"
    error = Exchange("chat/completions", bodies.error_body(text), status=400)
    with interaction("t", variables={"notes": text}), pytest.raises(openai.BadRequestError):
        chat(api(error), messages=[{"role": "user", "content": text}] * 3)
    attributes = {**recorded.attributes, **(recorded.span.events[0].attributes or {})}
    assert max(len(value) for value in attributes.values() if isinstance(value, str)) <= limit
    variable = attributes["gen_ai.prompt.variable.notes"]
    assert variable.startswith("from here")
    assert variable.endswith(" to there")
    cut = int(variable.partition("[... ")[2].partition(" ")[0])
    assert len(variable) - len(f"[... {cut} characters cut ...]") + cut == len(text)
    assert str(attributes["exception.stacktrace"]).startswith("Traceback")
    assert "characters cut" in str(recorded.span.status.description)
    if limit >= 500:
        assert "characters cut" in recorded.messages("gen_ai.input.messages")[2]["parts"][0]["content"]


def test_a_limit_that_is_no_number_is_said_and_ignored(
    recording: Callable[..., Recorded],
    api: Callable[..., Api],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    diagnostics.reset_log_once()
    monkeypatch.setenv("OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", "many")
    recorded = recording()
    chat(api(Exchange("chat/completions", bodies.chat_body("x" * 1000))))
    assert "x" * 1000 in recorded.attributes["gen_ai.output.messages"]
    assert "LENGTH_LIMIT=many" in caplog.text


def test_a_secret_at_the_place_of_the_cut_is_not_left_half(
    recording: Callable[..., Recorded], api: Callable[..., Api], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "200")
    recorded = recording(True)
    with interaction("t", variables={"notes": "sk-abcdefgh12345678 " * 100}):
        chat(api(Exchange("chat/completions", bodies.chat_body())))
    assert "abcd" not in recorded.attributes["gen_ai.prompt.variable.notes"]


def test_nothing_is_said_about_the_host(recording: Callable[..., Recorded], api: Callable[..., Api]) -> None:
    recorded = recording()
    with pytest.raises(openai.BadRequestError):
        chat(api(Exchange("chat/completions", bodies.error_body("Too long."), status=400)))
    told = recorded.span.to_json()
    assert 'File \\"openai/_base_client.py\\"' in told
    folders = [str(folder) for folder in (Path.home(), Path(__file__).parent, Path(openai.__file__).parent)]
    assert not [word for word in (socket.gethostname(), *folders) if word in told]


@pytest.mark.parametrize("value", ["no_content", "event_only"])
def test_without_content_an_error_does_not_quote_the_answer(
    value: str,
    recording: Callable[..., Recorded],
    api: Callable[..., Api],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(VARIABLE, value)
    recorded = recording()
    connected = api(Exchange("chat/completions", bodies.chat_body('{"greeting": ["quite", "private"]}')))
    with pytest.raises(ValueError, match="private"):
        SURFACES["chat parse"][2](connected.client)
    told = recorded.span.to_json()
    assert "private" not in told
    assert "1 validation error for Greeting" in told
    assert "[type=string_type]" in told
