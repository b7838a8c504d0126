"""The OTLP/gRPC server. Messages arrive as bytes, so that a malformed one is refused in our own words."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Never, TypeAlias

import grpc

from spanmart.collector.otlp.body import MAX_BODY_BYTES
from spanmart.collector.otlp.export import Export
from spanmart.collector.otlp.refusal import Refusal
from spanmart.collector.otlp.signals import SIGNALS, Signal
from spanmart.collector.servers.ingest_gate import IngestGate
from spanmart.collector.servers.tls import Certificate
from spanmart.warehouse.errors import LandingError
from spanmart.warehouse.net import ListenError, check_free
from spanmart.warehouse.storage.landing import Landing

THREADS = 64
SOURCE = "otlp_grpc"
# What grpc gives has no types.
Handler: TypeAlias = Any
Continuation = Callable[[grpc.HandlerCallDetails], Handler]
STATUS_DETAILS = "grpc-status-details-bin"
CODES = {code.value[0]: code for code in grpc.StatusCode}


class OtlpGrpcServer:
    """Receives OTLP over gRPC on `host` and `port`; port 0 takes any free one.

    After `start`, `port` is the real one. Without `certificate` it speaks without TLS. Raises PortInUse,
    ListenError.
    """

    def __init__(
        self,
        landing: Landing,
        host: str,
        port: int,
        *,
        max_body_bytes: int = MAX_BODY_BYTES,
        certificate: Certificate | None = None,
        gate: IngestGate | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self._certificate = certificate
        self._server = grpc.server(
            ThreadPoolExecutor(THREADS, thread_name_prefix="otlp-grpc"),
            interceptors=[_Guard(gate)] if gate else [],
            options=[
                ("grpc.max_receive_message_length", max_body_bytes),
                # Without this a second server on the same port would silently take half of the requests.
                ("grpc.so_reuseport", 0),
            ],
        )
        self._server.add_generic_rpc_handlers([_service(signal, landing) for signal in SIGNALS])

    def start(self) -> None:
        """Listen, and serve in threads."""
        check_free(self.host, self.port, "OTLP/gRPC", "--otlp-grpc-port")
        address = f"[{self.host}]" if ":" in self.host else self.host
        try:
            self.port = self._listen(f"{address}:{self.port}")
        except RuntimeError as error:
            raise ListenError(f"Cannot listen on {address}:{self.port} for OTLP/gRPC: {error}") from error
        self._server.start()

    def _listen(self, address: str) -> int:
        if self._certificate is None:
            port: int = self._server.add_insecure_port(address)
        else:
            port = self._server.add_secure_port(address, self._certificate.grpc_credentials())
        return port

    def stop(self, timeout_s: float = 10.0) -> None:
        """Take no more requests and answer those under way, for at most `timeout_s` seconds."""
        self._server.stop(timeout_s).wait()


class _Guard(grpc.ServerInterceptor):  # type: ignore[misc] # grpc has no types
    """Asks the gate before every method, those that do not exist included."""

    def __init__(self, gate: IngestGate) -> None:
        self._gate = gate

    def intercept_service(self, continuation: Continuation, details: grpc.HandlerCallDetails) -> Handler:
        """Give the method's own handler to whom the gate lets in."""
        shown = dict(details.invocation_metadata or ()).get("authorization")
        try:
            self._gate.check(shown)
        except Refusal as refusal:
            return _make_refusing_handler(refusal)
        return continuation(details)


def _make_refusing_handler(refusal: Refusal) -> Handler:
    def refuse(_body: bytes, context: grpc.ServicerContext) -> Never:
        _abort(context, refusal)

    return grpc.unary_unary_rpc_method_handler(refuse)


def _service(signal: Signal, landing: Landing) -> grpc.GenericRpcHandler:
    def handle(body: bytes, context: grpc.ServicerContext) -> bytes:
        try:
            with landing.room() as room:
                room.grow(len(body))
                export = Export.of_protobuf(signal, body, SOURCE)
                if export.batch is not None:
                    landing.submit(export.batch, room).result()
        except Refusal as refusal:
            _abort(context, refusal)
        except LandingError as error:
            _abort(context, Refusal.not_landed(error))
        return export.answer.SerializeToString()

    method = grpc.unary_unary_rpc_method_handler(handle)
    return grpc.method_handlers_generic_handler(signal.rpc_service, {"Export": method})


def _abort(context: grpc.ServicerContext, refusal: Refusal) -> Never:
    context.set_trailing_metadata(((STATUS_DETAILS, refusal.status().SerializeToString()),))
    context.abort(CODES[refusal.code], refusal.message)
    raise AssertionError("abort raises")
