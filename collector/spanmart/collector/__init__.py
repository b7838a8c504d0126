"""The collector: OTLP over HTTP and gRPC, acknowledged once it is on disk."""

from spanmart.collector.servers.grpc_server import OtlpGrpcServer
from spanmart.collector.servers.http_server import OtlpHttpServer
from spanmart.warehouse.net import ListenError, PortInUse

__all__ = ["ListenError", "OtlpGrpcServer", "OtlpHttpServer", "PortInUse"]
