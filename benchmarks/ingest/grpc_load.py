"""Sends OTLP/gRPC: one channel and one thread a connection, the messages encoded before the clock starts."""

import threading
import time
from collections import deque
from itertools import cycle, islice

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from benchmarks.ingest.load import Load
from benchmarks.ingest.payloads import Payload
from benchmarks.ingest.tally import Tally

_METHOD = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
_OPTIONS = [("grpc.use_local_subchannel_pool", 1), ("grpc.max_send_message_length", -1)]


class GrpcSender:
    """Keeps `load.connections` channels busy until the time is over. Knows no `rate`."""

    def __init__(self, load: Load, made: list[Payload], tally: Tally) -> None:
        assert load.rate is None, "a paced load is sent over HTTP"
        self._load = load
        self._tally = tally
        self._lock = threading.Lock()
        self._supply = deque(islice(cycle(made), max(len(made), load.connections)))
        self._channels = [
            grpc.insecure_channel(f"127.0.0.1:{load.port}", options=_OPTIONS) for _ in range(load.connections)
        ]

    def run(self) -> None:
        """Send; returns when all is answered or patience is over."""
        end = time.perf_counter() + self._load.seconds
        threads = [threading.Thread(target=self._keep_sending, args=(each, end)) for each in self._channels]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _keep_sending(self, channel: grpc.Channel, end: float) -> None:
        export = channel.unary_unary(_METHOD, response_deserializer=ExportTraceServiceResponse.FromString)
        while (now := time.perf_counter()) < end:
            with self._lock:
                payload = self._supply.popleft()
                payload.refresh()
                body = bytes(payload.body)
                self._supply.append(payload)
            self._send(export, payload, body, now)

    def _send(
        self, export: grpc.UnaryUnaryMultiCallable, payload: Payload, body: bytes, since: float
    ) -> None:
        try:
            answer = export(body, timeout=self._load.seconds + self._load.grace_s)
        except grpc.RpcError as error:
            with self._lock:
                self._refused(error, payload)
        else:
            with self._lock:
                self._tally.success(payload, answer.partial_success.rejected_spans, since)

    def _refused(self, error: grpc.RpcError, payload: Payload) -> None:
        code = error.code().name
        self._tally.refused[code] += 1
        if code in ("DEADLINE_EXCEEDED", "UNKNOWN", "INTERNAL"):
            self._tally.lost(payload)
