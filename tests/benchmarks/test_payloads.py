from pathlib import Path
from statistics import mean

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from benchmarks.ingest.calls import Calls
from benchmarks.ingest.payloads import encode, load, payloads

SPANS = 600


@pytest.fixture(scope="module")
def spans() -> list[Span]:
    calls = Calls(seed=1)
    return [calls.span() for _ in range(SPANS)]


def parsed(body: bytes | bytearray) -> list[Span]:
    request = ExportTraceServiceRequest.FromString(bytes(body))
    return [span for each in request.resource_spans for scope in each.scope_spans for span in scope.spans]


def attributes(span: Span) -> dict[str, object]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in span.attributes}


def test_a_span_has_the_size_and_the_number_of_attributes_that_are_promised(spans: list[Span]):
    assert 3_200 <= mean(span.ByteSize() for span in spans) <= 3_800
    assert 20 <= mean(len(span.attributes) for span in spans) <= 30


def test_the_same_seed_makes_the_same_spans_and_another_seed_others(spans: list[Span]):
    again, other = Calls(seed=1), Calls(seed=2)
    assert [again.span() for _ in range(SPANS)] == spans
    assert other.span() != spans[0]


def test_some_calls_fail_stream_or_use_tools_and_most_answer(spans: list[Span]):
    failed = [span for span in spans if span.status.code == Status.STATUS_CODE_ERROR]
    assert 0 < len(failed) < SPANS / 10
    assert all("Traceback" in str(span.events[0]) for span in failed)
    assert any(attributes(span)["gen_ai.request.stream"] for span in spans)
    assert any("tool_call" in str(attributes(span).get("gen_ai.output.messages")) for span in spans)


def test_system_prompts_repeat_and_the_texts_of_users_do_not(spans: list[Span]):
    messages = [str(attributes(span)["gen_ai.input.messages"]) for span in spans]
    assert len(set(messages)) == SPANS
    assert len({text[:300] for text in messages}) < 30


def test_refreshing_a_request_changes_its_ids_and_texts_and_nothing_else(spans: list[Span]):
    payload = encode(spans[:50])
    before = parsed(payload.body)
    payload.refresh()
    after = parsed(payload.body)
    for was, now in zip(before, after, strict=True):
        assert (was.trace_id, was.span_id) != (now.trace_id, now.span_id)
        assert attributes(was)["gen_ai.input.messages"] != attributes(now)["gen_ai.input.messages"]
        assert was.ByteSize() == now.ByteSize()
        assert attributes(was).keys() == attributes(now).keys()
    assert len({(span.trace_id, span.span_id) for span in before + after}) == 100


def test_a_request_behind_its_headers_is_refreshed_in_the_right_places(spans: list[Span]):
    headers = b"POST /v1/traces HTTP/1.1\r\n\r\n"
    payload = encode(spans[:5]).behind(headers)
    payload.refresh()
    assert payload.body.startswith(headers)
    assert len(parsed(payload.body[len(headers) :])) == 5


def test_payloads_are_made_once_and_kept(tmp_path: Path):
    first = payloads(tmp_path, requests=2, spans_a_request=3)
    made = first.stat().st_mtime_ns
    assert payloads(tmp_path, requests=2, spans_a_request=3).stat().st_mtime_ns == made
    assert [len(parsed(payload.body)) for payload in load(first)] == [3, 3]
