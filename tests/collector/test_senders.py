"""Real senders: the Python SDK's exporters, and bodies that other SDKs sent."""

import pytest
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from support.otlp import JSON, PROTOBUF, recordings, send


def http_exporter(http_port, _grpc_port):
    return HttpExporter(f"http://127.0.0.1:{http_port}/v1/traces", compression=Compression.Gzip)


def grpc_exporter(_http_port, grpc_port):
    return GrpcExporter(f"127.0.0.1:{grpc_port}", insecure=True)


@pytest.mark.parametrize("make_exporter", [http_exporter, grpc_exporter])
def test_the_python_sdk_delivers(http_port, grpc_port, stored, make_exporter):
    provider = TracerProvider(resource=Resource.create({"service.name": "training-builder"}))
    provider.add_span_processor(SimpleSpanProcessor(make_exporter(http_port, grpc_port)))
    with (
        pytest.raises(ValueError, match="too long"),
        provider.get_tracer("app").start_as_current_span(
            "chat", attributes={"tokens": 7, "tags": ["a", "b"]}
        ),
    ):
        raise ValueError("too long")
    provider.shutdown()

    [span] = stored()
    assert span["service_name"] == "training-builder"
    assert span["attributes"] == {"tokens": "7", "tags": '["a","b"]'}
    assert (span["status_code"], span["kind"]) == ("ERROR", "INTERNAL")
    assert '"exception.type":"ValueError"' in span["events"]


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
