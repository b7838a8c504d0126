"""Bodies that real SDKs and instrumentations sent, as they were recorded."""

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from support.otlp import JSON, PROTOBUF, recordings, send


def recorded_bodies():
    return [
        (
            path,
            JSON if path.suffix == ".json" else PROTOBUF,
            "/v1/logs" if ".logs." in path.name else "/v1/traces",
        )
        for path in sorted(recordings().glob("dialects/*/*.*.*")) + sorted(recordings().glob("spans/*.pb"))
    ]


@pytest.mark.skipif(not recordings().is_dir(), reason=f"there are no recordings at {recordings()}")
def test_every_recorded_body_lands_whole(http_port, stored):
    bodies = recorded_bodies()

    for path, content_type, signal_path in bodies:
        answer = send(http_port, signal_path, path.read_bytes(), content_type)
        assert (answer.status, answer.body) in [(200, b""), (200, b"{}")], path

    sent = {
        (span.trace_id.hex(), span.span_id.hex())
        for path, content_type, signal_path in bodies
        if (content_type, signal_path) == (PROTOBUF, "/v1/traces")
        for resource_spans in ExportTraceServiceRequest.FromString(path.read_bytes()).resource_spans
        for scope_spans in resource_spans.scope_spans
        for span in scope_spans.spans
    }
    assert sent <= {(span["trace_id"], span["span_id"]) for span in stored()}
    assert sent
    assert stored("log_events")
    assert all(batch["received"] == batch["stored"] for batch in stored("batches"))
