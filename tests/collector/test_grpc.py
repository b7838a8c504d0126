"""OTLP/gRPC: the same answers as over HTTP, in gRPC's terms."""

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest, RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2_grpc import LogsServiceStub
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2_grpc import MetricsServiceStub
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub

from spanmart.collector import OtlpGrpcServer, PortInUse
from spanmart.warehouse.errors import LandingOverloaded
from support.otlp import make_span, span_id, trace_request

EXPORT_TRACES = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"


@pytest.fixture
def channel(grpc_port):
    with grpc.insecure_channel(f"127.0.0.1:{grpc_port}") as opened:
        yield opened


def details_of(error):
    [details] = [value for key, value in error.trailing_metadata() if key == "grpc-status-details-bin"]
    return Status.FromString(details).details[0]


@pytest.mark.parametrize("compression", [None, grpc.Compression.Gzip, grpc.Compression.Deflate])
def test_spans_are_stored(channel, stored, compression):
    answer = TraceServiceStub(channel).Export(trace_request(make_span()), compression=compression)

    assert answer == ExportTraceServiceResponse()
    assert [span["span_id"] for span in stored()] == [span_id(1).hex()]
    assert [batch["source"] for batch in stored("batches")] == ["otlp_grpc"]


def test_log_records_are_stored(channel, stored):
    request = ExportLogsServiceRequest()
    record = (
        request.resource_logs.add().scope_logs.add().log_records.add(event_name="rated", severity_number=9)
    )
    record.body.string_value = "good"

    LogsServiceStub(channel).Export(request)

    [event] = stored("log_events")
    assert (event["event_name"], event["severity"], event["body"]) == ("rated", "INFO", "good")


def test_metrics_are_answered_honestly_as_not_stored(channel):
    request = ExportMetricsServiceRequest()
    request.resource_metrics.add().scope_metrics.add().metrics.add().histogram.data_points.add()

    partial = MetricsServiceStub(channel).Export(request).partial_success

    assert partial.rejected_data_points == 1
    assert "no metrics" in partial.error_message


def test_an_invalid_span_is_rejected_alone(channel, stored):
    answer = TraceServiceStub(channel).Export(trace_request(make_span(1), make_span(2, trace_id=b"")))

    assert answer.partial_success.rejected_spans == 1
    assert len(stored()) == 1


def test_bad_data_is_an_invalid_argument_with_details(channel):
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary(EXPORT_TRACES)(b"\xff\xff\xff")

    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    bad_request = BadRequest()
    assert details_of(caught.value).Unpack(bad_request)
    assert bad_request.field_violations[0].field == "body"


@pytest.mark.parametrize("compression", [None, grpc.Compression.Gzip])
def test_a_message_beyond_the_limit_is_refused_for_good(channel, compression):
    request = trace_request(make_span(name="x" * 2_000_000))

    with pytest.raises(grpc.RpcError) as caught:
        TraceServiceStub(channel).Export(request, compression=compression)

    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "grpc-status-details-bin" not in dict(caught.value.trailing_metadata() or ())


def test_when_too_much_waits_for_the_disk_the_sender_is_told_to_come_back(channel, warehouse, monkeypatch):
    def overloaded(_size):
        raise LandingOverloaded(1000, 1000, retry_after_s=7)

    monkeypatch.setattr(warehouse.landing, "_reserve", overloaded)

    with pytest.raises(grpc.RpcError) as caught:
        TraceServiceStub(channel).Export(trace_request(make_span()))

    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
    retry_info = RetryInfo()
    assert details_of(caught.value).Unpack(retry_info)
    assert retry_info.retry_delay.seconds == 7


def test_a_port_in_use_is_named_with_what_to_do(grpc_port, warehouse):
    with pytest.raises(PortInUse, match=rf"{grpc_port}.*127\.0\.0\.1.*--otlp-grpc-port"):
        OtlpGrpcServer(warehouse.landing, "127.0.0.1", grpc_port).start()
