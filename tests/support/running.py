"""A `spanmart up` in a process of its own, and the calls that tests make against it."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

PATIENCE_S = 120  # how long anything may take before a test gives up; never a measure of speed
POLL_S = 0.2
SPANMART = str(Path(sys.executable).parent / "spanmart")


@dataclass
class RunningSpanmart:
    """The ready line of a `spanmart up`, and its API."""

    process: "subprocess.Popen[str]"
    ready: dict[str, Any]

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.ready['web_port']}"

    @property
    def otlp(self) -> str:
        return f"http://127.0.0.1:{self.ready['otlp_http_port']}"

    def get(self, path: str, **parameters: Any) -> Any:
        query = f"?{urllib.parse.urlencode(parameters)}" if parameters else ""
        with urllib.request.urlopen(f"{self.web}{path}{query}", timeout=PATIENCE_S) as answer:
            return json.load(answer)

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        request = urllib.request.Request(
            self.web + path,
            data=json.dumps(body).encode(),
            headers={"content-type": "application/json"},
            method="POST",
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return answer.status, json.load(answer)

    def interaction(self, interaction_id: str) -> dict[str, Any]:
        return self.get(f"/api/ai-interactions/{interaction_id}")

    def send_call(self, **attributes: Any) -> str:
        """Send the span of one LLM call, return its interaction id once it is acknowledged."""
        made = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(made))
        attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o-mini",
            "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
            "gen_ai.usage.input_tokens": 12,
            "gen_ai.usage.output_tokens": 5,
            **attributes,
        }
        tracer = provider.get_tracer("tests")
        with tracer.start_as_current_span("chat gpt-4o-mini", attributes=attributes) as span:
            pass
        # Not by a processor: it would only log that nothing arrived.
        exporter = OTLPSpanExporter(endpoint=f"{self.otlp}/v1/traces", timeout=PATIENCE_S)
        assert exporter.export(made.get_finished_spans()) is SpanExportResult.SUCCESS
        exporter.shutdown()
        provider.shutdown()
        identity = span.get_span_context()
        return f"{identity.trace_id:032x}-{identity.span_id:016x}"

    def wait_until(self, holds: Callable[[], bool], what: str) -> None:
        # Counted in tries: a machine that stands still for a while must not use them up.
        for _ in range(int(PATIENCE_S / POLL_S)):
            try:
                if holds():
                    return
            except urllib.error.HTTPError as error:
                if error.code not in (404, 503):
                    raise
            time.sleep(POLL_S)
        pytest.fail(f"gave up after {PATIENCE_S} s and more waiting for: {what}")


def start_spanmart(data: Path, *options: str) -> RunningSpanmart:
    """`spanmart up` on free ports, with its log in `<data>.log`; returns once it says that it is ready."""
    log = data.with_suffix(".log").open("a")
    process = subprocess.Popen(
        [
            *(SPANMART, "up", "--data", str(data)),
            *("--web-port", "0", "--otlp-http-port", "0", "--otlp-grpc-port", "0", "--refresh-seconds", "1"),
            *options,
        ],
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, data.with_suffix(".log").read_text()
    return RunningSpanmart(process, json.loads(line))
