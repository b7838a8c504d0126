"""The official instrumentation's spans of 75 recorded calls: every field that they carry is the truth."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spanmart.collector.traces import SpanRows
from spanmart.warehouse import Warehouse
from support.marts import Marts, Row

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings"

pytestmark = pytest.mark.skipif(
    not RECORDINGS.is_dir(),
    reason="the recorded exchanges are not beside the checkout (../shared/recordings)",
)

FIELDS = {
    "request_model": "request_model",
    "response_model": "model_used",
    "response_id": "response_id",
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "finish_reason": "finish_reason",
    "text": "ai_response",
    "error_message": "error_message",
    "stream": "is_streamed",
}


# Facts that the spans carry for some calls only: where a row has one, it is the truth.
WHERE_CARRIED = ("http_status", "cached_input_tokens", "reasoning_tokens")


@pytest.fixture(scope="module")
def interactions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Row]]:
    """The rows by the name of the recording."""
    body = (RECORDINGS / "spans/genai_openai.otlp.pb").read_bytes()
    spans = SpanRows.of(ExportTraceServiceRequest.FromString(body), body, [])
    marts = Marts(Warehouse.open(tmp_path_factory.mktemp("recorded")))
    marts.build(*SpanRows.table([spans]).to_pylist())
    by_trace = {
        row["trace_id"]: row
        for row in marts.query("select * from interactions join interaction_texts using (interaction_id)")
    }
    index = json.loads((RECORDINGS / "spans/genai_openai.index.json").read_text())
    yield {entry["recording"]: by_trace.get(entry["trace_id"]) for entry in index}
    marts.close()


def truth() -> dict[str, Any]:
    return json.loads((RECORDINGS / "truth.json").read_text()) if RECORDINGS.is_dir() else {}


def test_each_recorded_call_is_one_interaction(interactions: dict[str, Row]) -> None:
    assert [name for name in truth() if interactions.get(name) is None] == []


@pytest.mark.parametrize("field", FIELDS)
def test_field_equals_the_truth(interactions: dict[str, Row], field: str) -> None:
    wrong = {
        name: (interactions[name][FIELDS[field]], facts[field])
        for name, facts in truth().items()
        if field in facts and interactions[name][FIELDS[field]] != facts[field]
    }
    assert wrong == {}


@pytest.mark.parametrize("field", WHERE_CARRIED)
def test_field_equals_the_truth_where_the_spans_carry_it(interactions: dict[str, Row], field: str) -> None:
    carried = {
        name: (interactions[name][field], facts.get(field))
        for name, facts in truth().items()
        if interactions[name][field] is not None
    }
    assert {name: pair for name, pair in carried.items() if pair[0] != pair[1]} == {}


def test_what_failed_in_truth_is_a_failure(interactions: dict[str, Row]) -> None:
    failed = {name for name, facts in truth().items() if facts["http_status"] >= 400}
    assert {name for name, row in interactions.items() if row["status"] == "failure"} == failed
