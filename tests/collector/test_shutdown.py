"""A server that stops answers what it has begun."""

import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub

from spanmart.collector import OtlpGrpcServer, OtlpHttpServer
from spanmart.warehouse import Warehouse
from support.otlp import make_span, send, trace_request


def send_http(port):
    return send(port, "/v1/traces", trace_request(make_span()).SerializeToString()).status == 200


def send_grpc(port):
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        return not TraceServiceStub(channel).Export(trace_request(make_span())).partial_success.rejected_spans


@pytest.mark.parametrize(
    ("server_type", "send_one"), [(OtlpHttpServer, send_http), (OtlpGrpcServer, send_grpc)]
)
def test_a_request_under_way_is_stored_and_answered(tmp_path, monkeypatch, server_type, send_one):
    arrived, go_on = threading.Event(), threading.Event()
    with Warehouse.open(tmp_path) as warehouse, ThreadPoolExecutor() as threads:
        commit = warehouse.landing._commit

        def slow_commit(batches):
            arrived.set()
            go_on.wait()
            return commit(batches)

        monkeypatch.setattr(warehouse.landing, "_commit", slow_commit)
        server = server_type(warehouse.landing, "127.0.0.1", 0)
        server.start()
        answered = threads.submit(send_one, server.port)
        arrived.wait()
        stopped = threads.submit(server.stop, 60)
        go_on.set()

        assert answered.result()
        stopped.result()
        with pytest.raises((OSError, grpc.RpcError)):
            send_one(server.port)
        assert warehouse.landing.committed_seq == 1
