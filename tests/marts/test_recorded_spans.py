"""Spans of three instrumentations of 75 recorded calls: all that they carry is the truth, and they agree."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from spanmart.warehouse import Warehouse
from support.marts import Marts
from support.otlp import recordings
from support.recorded_bodies import rows_of
from support.spans import Row

INSTRUMENTATIONS = ("genai_openai", "openinference", "openllmetry")
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
# What rows of one call must have in common where they have it, besides what is in truth.json.
SHARED = (
    "operation",
    "interaction_type",
    "status",
    "status_reason",
    "provider",
    "tokens_used",
    "pricing_status",
    "estimated_cost_usd",
    "error_type",
    "error_fingerprint",
    "rendered_prompt",
    "prompt_preview",
    "structured_output",
)

pytestmark = pytest.mark.skipif(
    not recordings().is_dir(), reason=f"the recorded exchanges are not at {recordings()}"
)

Rows = dict[str, dict[str, Row]]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rows]:
    """The rows by instrumentation and by the name of the recording."""
    marts = Marts(Warehouse.open(tmp_path_factory.mktemp("recorded")))
    folder = recordings() / "spans"
    marts.build(*(row for name in INSTRUMENTATIONS for row in rows_of(folder / f"{name}.otlp.pb")))
    by_trace = {
        row["trace_id"]: row
        for row in marts.query("select * from interactions join interaction_texts using (interaction_id)")
    }
    assert marts.query("select count(*) as n from interactions") == [{"n": len(by_trace)}]
    yield {
        name: {
            entry["recording"]: by_trace.get(entry["trace_id"])
            for entry in json.loads((folder / f"{name}.index.json").read_text())
        }
        for name in INSTRUMENTATIONS
    }
    marts.close()


def truth() -> dict[str, Any]:
    path = recordings() / "truth.json"
    return json.loads(path.read_text()) if path.is_file() else {}


@pytest.mark.parametrize("instrumentation", INSTRUMENTATIONS)
def test_each_recorded_call_is_one_interaction(rows: Rows, instrumentation: str) -> None:
    assert [call for call in truth() if rows[instrumentation].get(call) is None] == []


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("instrumentation", INSTRUMENTATIONS)
def test_field_equals_the_truth(rows: Rows, instrumentation: str, field: str) -> None:
    calls = rows[instrumentation]
    wrong = {
        call: (calls[call][FIELDS[field]], facts[field])
        for call, facts in truth().items()
        if field in facts and calls[call][FIELDS[field]] != facts[field]
    }
    assert wrong == {}


@pytest.mark.parametrize("field", WHERE_CARRIED)
@pytest.mark.parametrize("instrumentation", INSTRUMENTATIONS)
def test_field_equals_the_truth_where_the_spans_carry_it(
    rows: Rows, instrumentation: str, field: str
) -> None:
    calls = rows[instrumentation]
    # A zero says as little as nothing.
    carried = {
        call: (calls[call][field], facts.get(field)) for call, facts in truth().items() if calls[call][field]
    }
    assert {call: pair for call, pair in carried.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize("instrumentation", INSTRUMENTATIONS)
def test_the_tools_called_are_the_truth(rows: Rows, instrumentation: str) -> None:
    def tools(row: Row) -> list[str]:
        said = json.loads(row["output_messages"] or "[]")[:1]
        return [part["name"] for message in said for part in message["parts"] if "name" in part]

    calls = rows[instrumentation]
    called = {call: facts["tool_calls"] for call, facts in truth().items() if "tool_calls" in facts}
    assert called
    assert {call: tools(calls[call]) for call in called} == called


@pytest.mark.parametrize("instrumentation", INSTRUMENTATIONS)
def test_what_failed_in_truth_is_a_failure(rows: Rows, instrumentation: str) -> None:
    failed = {call for call, facts in truth().items() if facts["http_status"] >= 400}
    assert {call for call, row in rows[instrumentation].items() if row["status"] == "failure"} == failed


@pytest.mark.parametrize("field", SHARED)
def test_the_instrumentations_agree(rows: Rows, field: str) -> None:
    told = {call: {rows[name][call][field] for name in INSTRUMENTATIONS} - {None} for call in truth()}
    assert {call: values for call, values in told.items() if len(values) > 1} == {}
