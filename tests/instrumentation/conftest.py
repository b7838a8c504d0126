"""A real OpenAI client against a server that replays, and the spans that come of it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import openai
import pytest
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from spanmart.instrumentation import diagnostics, instrument, uninstrument
from support import openai_bodies as bodies
from support.replay_server import Exchange, ReplayServer

from .surfaces import CHAT


@dataclass
class Recorded:
    """What was recorded so far."""

    exporter: InMemorySpanExporter
    log_exporter: InMemoryLogRecordExporter

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self.exporter.get_finished_spans())

    @property
    def span(self) -> ReadableSpan:
        (only,) = self.spans
        return only

    @property
    def attributes(self) -> dict[str, Any]:
        return dict(self.span.attributes or {})

    @property
    def log_records(self) -> list[Any]:
        return [entry.log_record for entry in self.log_exporter.get_finished_logs()]

    def messages(self, key: str = "gen_ai.output.messages") -> list[dict[str, Any]]:
        return json.loads(self.attributes[key])


@pytest.fixture
def providers() -> tuple[TracerProvider, LoggerProvider, Recorded]:
    recorded = Recorded(InMemorySpanExporter(), InMemoryLogRecordExporter())
    tracer_provider, logger_provider = TracerProvider(), LoggerProvider()
    tracer_provider.add_span_processor(SimpleSpanProcessor(recorded.exporter))
    logger_provider.add_log_record_processor(SimpleLogRecordProcessor(recorded.log_exporter))
    return tracer_provider, logger_provider, recorded


@pytest.fixture
def recorded(providers: tuple[TracerProvider, LoggerProvider, Recorded]) -> Iterator[Recorded]:
    """Instrumented for the length of a test, with providers that keep everything in memory."""
    diagnostics.reset_log_once()
    instrument(tracer_provider=providers[0], logger_provider=providers[1])
    yield providers[2]
    uninstrument()


@dataclass
class Api:
    """A server with clients of both kinds. They have no use for certificates, which take long to load."""

    server: ReplayServer
    options: dict[str, Any]

    @cached_property
    def client(self) -> openai.OpenAI:
        return openai.OpenAI(**self.options, http_client=openai.DefaultHttpxClient(verify=False))

    @cached_property
    def async_client(self) -> openai.AsyncOpenAI:
        return openai.AsyncOpenAI(**self.options, http_client=openai.DefaultAsyncHttpxClient(verify=False))


def chat(api: Api, **arguments: Any) -> Any:
    """Make the simplest chat call, changed by `arguments`."""
    return api.client.chat.completions.create(**{**CHAT, **arguments})


@pytest.fixture
def api() -> Iterator[Callable[..., Api]]:
    """`api(exchange, ..., max_retries=0)`: clients of a server that answers with these exchanges."""
    servers: list[ReplayServer] = []

    def serving(*exchanges: Exchange, **options: Any) -> Api:
        server = ReplayServer(exchanges)
        server.__enter__()
        servers.append(server)
        options = {"base_url": server.base_url, "api_key": "replayed", "max_retries": 0, **options}
        return Api(server, options)

    yield serving
    for server in servers:
        server.__exit__()


@pytest.fixture
def openai_api() -> Iterator[ReplayServer]:
    """A server for an application in a process of its own."""
    with ReplayServer([Exchange("chat/completions", bodies.chat_body())]) as server:
        yield server
