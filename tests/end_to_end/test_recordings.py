"""Recorded OpenAI traffic, made again by the real client, arrives as one true row a call."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.replay_server import ReplayServer, recorded_exchanges
from support.running import PATIENCE_S, RunningSpanmart, start_spanmart

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings"

pytestmark = pytest.mark.skipif(
    not RECORDINGS.is_dir(), reason=f"the recorded exchanges are not beside the checkout ({RECORDINGS.name})"
)

# What the recording says about itself -> where the API says it.
FIELDS = {
    "request_model": "request_model",
    "response_model": "model_used",
    "response_id": "response_id",
    "input_tokens": "input_tokens",
    "cached_input_tokens": "cached_input_tokens",
    "output_tokens": "output_tokens",
    "reasoning_tokens": "reasoning_tokens",
    "finish_reason": "finish_reason",
    "text": "ai_response",
    "error_message": "error_message",
    "stream": "is_streamed",
}


@pytest.fixture(scope="module")
def spanmart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSpanmart]:
    running = start_spanmart(tmp_path_factory.mktemp("recordings") / "data")
    yield running
    running.process.terminate()
    assert running.process.wait(PATIENCE_S) == 0


@pytest.fixture(scope="module")
def interactions(spanmart: RunningSpanmart) -> dict[str, dict[str, Any]]:
    """The 75 interactions as the API tells them, by the key of their recording."""
    recorded = list(recorded_exchanges(RECORDINGS / "exchanges"))
    calls = [
        {"key": one.key, "endpoint": one.path, "is_async": "async" in (one.key or ""), "body": one.request}
        for one in recorded
    ]
    with ReplayServer(recorded) as server:
        client = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("replay_client.py")), server.base_url],
            input=json.dumps(calls),
            env={
                "OTEL_EXPORTER_OTLP_ENDPOINT": spanmart.otlp,
                "OTEL_SERVICE_NAME": "replay",
                "PYTHONPATH": str(Path(__file__).parents[1]),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )
    assert client.returncode == 0, client.stderr
    made = {line["key"]: line["interaction_id"] for line in map(json.loads, client.stdout.splitlines())}
    spanmart.wait_until(
        lambda: spanmart.get("/api/ai-interactions", limit=1)["total"] == len(recorded),
        "every call to be in the marts",
    )
    return {key: spanmart.interaction(interaction_id) for key, interaction_id in made.items()}


def truth() -> dict[str, dict[str, Any]]:
    path = RECORDINGS / "truth.json"
    return json.loads(path.read_text()) if path.is_file() else {}


def test_each_recorded_call_is_exactly_one_interaction(
    spanmart: RunningSpanmart, interactions: dict[str, dict[str, Any]]
) -> None:
    assert set(interactions) == set(truth())
    assert len({row["interaction_id"] for row in interactions.values()}) == len(truth())
    assert spanmart.get("/api/ai-interactions", limit=1)["total"] == len(truth())


@pytest.mark.parametrize("key", truth())
def test_the_interaction_says_what_the_recording_says(
    key: str, interactions: dict[str, dict[str, Any]]
) -> None:
    expected, row = truth()[key], interactions[key]
    said = {field: row[FIELDS[field]] for field in FIELDS if field in expected}
    assert said == {field: expected[field] for field in said}
    assert row["metadata"]["recording"] == key


@pytest.mark.parametrize("key", truth())
def test_the_status_follows_from_what_happened(key: str, interactions: dict[str, dict[str, Any]]) -> None:
    expected, row = truth()[key], interactions[key]
    if expected["http_status"] >= 400:
        assert (row["status"], row["http_status"]) == ("failure", expected["http_status"])
        assert row["error_type"]
        assert "Traceback" in row["error_details"]["stacktrace"]
    elif expected.get("response_status") == "incomplete":
        assert row["status"] == "partial"
    else:
        assert row["status"] == "success"


@pytest.mark.parametrize("key", [key for key, expected in truth().items() if "tool_calls" in expected])
def test_the_tools_that_the_model_called_are_in_its_output(
    key: str, interactions: dict[str, dict[str, Any]]
) -> None:
    parts = [part for message in interactions[key]["output_messages"] for part in message["parts"]]
    called = [part["name"] for part in parts if part["type"] == "tool_call"]
    assert called == truth()[key]["tool_calls"]
