"""An app that has another instrumentation of the OpenAI client, too, is told what to remove."""

import sys
from collections.abc import Callable, Collection
from types import ModuleType
from typing import Any

import pytest
from opentelemetry.instrumentation.instrumentor import BaseInstrumentor  # type: ignore[attr-defined]

from support import openai_bodies as bodies
from support.replay_server import Exchange

from .conftest import Api, Recorded, chat


class OpenAIInstrumentor(BaseInstrumentor):  # type: ignore[misc]
    """As each of them has one."""

    def instrumentation_dependencies(self) -> Collection[str]:
        return ()

    def _instrument(self, **_: Any) -> None:
        """Wraps something."""

    def _uninstrument(self, **_: Any) -> None:
        """Unwraps it."""


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "spanmart.instrumentation"]


@pytest.mark.parametrize(
    ("module", "package"),
    [
        ("opentelemetry.instrumentation.genai.openai", "opentelemetry-instrumentation-genai-openai"),
        ("opentelemetry.instrumentation.openai_v2", "opentelemetry-instrumentation-openai-v2"),
        ("opentelemetry.instrumentation.openai", "opentelemetry-instrumentation-openai"),
        ("openinference.instrumentation.openai", "openinference-instrumentation-openai"),
        ("openlit.instrumentation.openai", "openlit"),
    ],
)
def test_an_instrumentor_is_named_once_it_is_switched_on(
    module: str,
    package: str,
    recorded: Recorded,
    api: Callable[..., Api],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    theirs = ModuleType(module)
    theirs.OpenAIInstrumentor = OpenAIInstrumentor  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module, theirs)
    connected = api(Exchange("chat/completions", bodies.chat_body()))
    chat(connected)
    assert warnings(caplog) == []
    OpenAIInstrumentor().instrument()
    try:
        chat(connected)
        chat(connected)
    finally:
        OpenAIInstrumentor().uninstrument()
    (line,) = warnings(caplog)
    assert f"spanmart: {package} records" in line
    assert f"uninstall {package}" in line
    assert len(recorded.spans) == 3


def test_langfuse_is_named_when_its_client_is_imported(
    recorded: Recorded,
    api: Callable[..., Api],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setitem(sys.modules, "langfuse.openai", ModuleType("langfuse.openai"))
    chat(api(Exchange("chat/completions", bodies.chat_body())))
    (line,) = warnings(caplog)
    assert "remove the import of langfuse.openai" in line
    assert len(recorded.spans) == 1
