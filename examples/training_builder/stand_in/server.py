"""The stand-in over HTTP: threads, keep-alive, server-sent events."""

import json
import random
import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from . import asked as asking
from . import chat, responses
from .answer import Answer, Composer, new_id
from .asked import Asked
from .embeddings import embeddings
from .errors import ApiError
from .faults import Fault, Faults, error_of
from .models import CHAT_MODELS, EMBEDDING_MODELS

_RENDERERS = {"chat/completions": chat, "responses": responses}


@dataclass(frozen=True)
class Pace:
    """How long answers take, in seconds: to the first byte (median, log-normal), per token, and when slow."""

    first_byte: float = 0.25
    per_token: float = 0.002
    slow: float = 60.0
    spread: float = 0.5


class StandIn:
    """The server; `start()` takes the port and answers in threads, `stop()` ends it."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        faults: Faults | None = None,
        pace: Pace | None = None,
        seed: int = 0,
    ) -> None:
        self.faults = faults or Faults()
        self.pace = pace or Pace()
        self.composer = Composer(seed)
        self.stopping = threading.Event()
        self._random = random.Random(seed)
        self._server = _Server((host, port), _Handler)
        self._server.stand_in = self
        self._thread = threading.Thread(target=self._server.serve_forever, name="stand-in", daemon=True)

    @property
    def base_url(self) -> str:
        """What to give the OpenAI client as `base_url`."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}/v1"

    def start(self) -> "StandIn":
        """Begin to answer."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening; answers under way are finished without further waiting."""
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def wait(self, fault: Fault | None) -> None:
        """Pass the time to the first byte."""
        wait = self.pace.first_byte * self._random.lognormvariate(0, self.pace.spread)
        self.stopping.wait(self.pace.slow if fault is Fault.SLOW else wait)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    stand_in: StandIn

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no error of ours; anything else is."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "spanmart-stand-in"
    disable_nagle_algorithm: ClassVar[bool] = True
    server: _Server

    def do_POST(self) -> None:
        """Answer one API request."""
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.started = time.monotonic()
        try:
            self._answer(asking.read(self.path, raw, self.headers.get("x-stainless-retry-count")))
        except ApiError as error:
            self._send_json(error.status, error.body, error.headers)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def do_GET(self) -> None:
        """List the models, and nothing else."""
        if self.path != "/v1/models":
            self._send_json(404, {"error": {"message": f"Invalid URL (GET {self.path})"}})
            return
        names = sorted({*CHAT_MODELS, *EMBEDDING_MODELS})
        data = [{"id": name, "object": "model", "owned_by": "stand-in"} for name in names]
        self._send_json(200, {"object": "list", "data": data})

    def _answer(self, asked: Asked) -> None:
        stand_in = self.server.stand_in
        fault = stand_in.faults.deal(asked)
        error = error_of(fault, asked) if fault else None
        if error:
            raise error
        if not asked.writes:
            vectors = embeddings(asked)
            stand_in.wait(fault)
            self._send_json(200, vectors)
            return
        answer = stand_in.composer.compose(asked, fault)
        stand_in.wait(fault)
        if asked.stream:
            self._send_stream(asked, answer, fault)
            return
        stand_in.stopping.wait(answer.usage.output_tokens * stand_in.pace.per_token)
        self._send_json(200, _RENDERERS[asked.endpoint].whole(answer, asked))

    def _send_stream(self, asked: Asked, answer: Answer, fault: Fault | None) -> None:
        """Send server-sent events in HTTP chunks; a cut stream ends without the last chunk."""
        self._head(200, {"content-type": "text/event-stream; charset=utf-8", "transfer-encoding": "chunked"})
        events = list(_RENDERERS[asked.endpoint].stream(answer, asked))
        shown = events[: len(events) // 2] if fault is Fault.CUT_STREAM else events
        pause = self.server.stand_in.pace.per_token * answer.usage.output_tokens / len(events)
        for line in _event_lines(shown):
            self._send_chunk(line.encode())
            self.server.stand_in.stopping.wait(pause)
        if fault is Fault.CUT_STREAM:
            self._cut()
            return
        if asked.endpoint == "chat/completions":
            self._send_chunk(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _send_chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def _send_json(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        data = json.dumps(body, ensure_ascii=False).encode()
        self._head(
            status, {"content-type": "application/json", "content-length": str(len(data)), **(headers or {})}
        )
        self.wfile.write(data)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        spent = int((time.monotonic() - self.started) * 1000) if hasattr(self, "started") else 0
        own = {"x-stand-in": "true", "x-request-id": new_id("req_"), "openai-processing-ms": str(spent)}
        self.send_response(status)
        for name, value in (own | headers).items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the client's own side is what is observed."""


def _event_lines(events: list[tuple[str | None, dict[str, Any]]]) -> Iterator[str]:
    for name, data in events:
        named = f"event: {name}\n" if name else ""
        yield f"{named}data: {json.dumps(data, ensure_ascii=False)}\n\n"
