"""A proxy before an OTLP receiver that refuses some requests and cuts some replies, as bad networks do.

    python flaky_proxy.py --target http://127.0.0.1:4318 --fail 0.7
    python flaky_proxy.py --target grpc://127.0.0.1:4317 --fail 0.3 --cut 0.3 --port 14317

As a command it prints its port, alone on the first line of stdout, and runs until it is ended by a signal.
It imports nothing of these tests, so that senders in any language can be tested against it.
"""

import argparse
import http.client
import random
import signal
import threading
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Protocol

import grpc
from google.protobuf.any_pb2 import Any as Packed
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "te", "upgrade"}
RETRY_AFTER_S = 1
RETRYABLE = 503

Fate = Literal["refused", "cut", "passed"]


class Fates:
    """What happens to each request: refused and not forwarded, forwarded and its reply cut, or passed.

    `fail` and `cut` are probabilities; `counts` says how many requests met each fate.
    """

    def __init__(self, fail: float, cut: float, seed: int) -> None:
        self._fail, self._cut = fail, cut
        self._dice = random.Random(seed)
        self._lock = threading.Lock()
        self.counts: dict[Fate, int] = {"refused": 0, "cut": 0, "passed": 0}

    def next(self) -> Fate:
        with self._lock:
            roll = self._dice.random()
            if roll < self._fail:
                fate: Fate = "refused"
            else:
                fate = "cut" if roll < self._fail + self._cut else "passed"
            self.counts[fate] += 1
            return fate


class Proxy(Protocol):
    """What both proxies have in common."""

    port: int
    fates: Fates

    def __enter__(self) -> "Proxy": ...
    def __exit__(self, *raised: object) -> None: ...


class HttpProxy:
    """Before a target such as http://127.0.0.1:4318; port 0 takes any free one."""

    def __init__(self, target: str, fates: Fates, port: int = 0) -> None:
        self.fates = fates
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(target, fates))
        self._server.daemon_threads = True
        self.port: int = self._server.server_port

    def __enter__(self) -> "HttpProxy":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(target: str, fates: Fates) -> type[BaseHTTPRequestHandler]:
    host = urllib.parse.urlsplit(target).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body, fate = self._body(), fates.next()
            if fate == "refused":
                self._answer(RETRYABLE, {"Retry-After": str(RETRY_AFTER_S)}, b"")
                return
            try:
                status, headers, answer = self._forward(body)
            except (OSError, http.client.HTTPException):
                self._answer(502, {}, b"")
                return
            if fate == "cut":
                self.close_connection = True
                return
            self._answer(status, headers, answer)

        do_GET = do_OPTIONS = do_POST

        def _body(self) -> bytes:
            if self.headers.get("transfer-encoding", "").lower() != "chunked":
                return self.rfile.read(int(self.headers.get("content-length") or 0))
            pieces = []
            while size := int(self.rfile.readline().partition(b";")[0], 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return b"".join(pieces)

        def _forward(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
            connection = http.client.HTTPConnection(host)
            try:
                connection.request(self.command, self.path, body, _end_to_end(self.headers.items()))
                answer = connection.getresponse()
                return answer.status, _end_to_end(answer.getheaders()), answer.read()
            finally:
                connection.close()

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output readable."""

    return Handler


def _end_to_end(headers: Any) -> dict[str, str]:
    return {name: value for name, value in headers if name.lower() not in HOP_BY_HOP}


class GrpcProxy:
    """Before a target such as grpc://127.0.0.1:4317, for any unary method."""

    def __init__(self, target: str, fates: Fates, port: int = 0) -> None:
        self.fates = fates
        unlimited = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
        self._channel = grpc.insecure_channel(urllib.parse.urlsplit(target).netloc, options=unlimited)
        self._server = grpc.server(ThreadPoolExecutor(16), options=[*unlimited, ("grpc.so_reuseport", 0)])
        self._server.add_generic_rpc_handlers([_grpc_handler(self._channel, fates)])
        self.port = int(self._server.add_insecure_port(f"127.0.0.1:{port}"))

    def __enter__(self) -> "GrpcProxy":
        self._server.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._server.stop(None).wait()
        self._channel.close()


def _grpc_handler(channel: Any, fates: Fates) -> Any:
    retry_info = RetryInfo()
    retry_info.retry_delay.FromSeconds(RETRY_AFTER_S)
    details = Packed()
    details.Pack(retry_info)
    refusal = Status(code=grpc.StatusCode.UNAVAILABLE.value[0], message="flaky", details=[details])

    def call(method: str, body: bytes, context: Any) -> bytes:
        fate = fates.next()
        if fate == "refused":
            context.set_trailing_metadata((("grpc-status-details-bin", refusal.SerializeToString()),))
            context.abort(grpc.StatusCode.UNAVAILABLE, "the proxy refuses this request")
        try:
            answer = channel.unary_unary(method)(body)
        except grpc.RpcError as error:
            context.set_trailing_metadata(error.trailing_metadata() or ())
            context.abort(error.code(), error.details())
        if fate == "cut":
            # What a client makes of a connection that breaks.
            context.abort(grpc.StatusCode.UNAVAILABLE, "the proxy cuts this reply")
        return answer  # type: ignore[no-any-return]

    class Handler(grpc.GenericRpcHandler):
        def service(self, details: Any) -> Any:
            return grpc.unary_unary_rpc_method_handler(
                lambda body, context: call(details.method, body, context)
            )

    return Handler()


def flaky_proxy(target: str, *, fail: float = 0.0, cut: float = 0.0, seed: int = 1, port: int = 0) -> Proxy:
    """A proxy before `target`, its kind chosen by the URL; use it with `with`."""
    make = GrpcProxy if target.startswith("grpc://") else HttpProxy
    return make(target, Fates(fail, cut, seed), port)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--target", required=True, help="http://host:port or grpc://host:port")
    parser.add_argument("--fail", type=float, default=0.0, help="share answered 503 or UNAVAILABLE, unseen")
    parser.add_argument("--cut", type=float, default=0.0, help="share forwarded, its reply then cut")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        with flaky_proxy(**vars(chosen)) as proxy:
            print(proxy.port, flush=True)
            threading.Event().wait()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
