"""An HTTP server that answers OpenAI requests with exchanges given to it, recorded or written by hand.

    server = ReplayServer([Exchange("chat/completions", body={...}), ...])
    with server:
        OpenAI(base_url=server.base_url, api_key="any") ...
    server.received                      # the requests that came: path, headers, body

An exchange answers a request that names its key in the header `x-exchange`; else one to its path with the
same JSON body; else, if it has no request, any one to its path. Several that fit are answered in order, and
the last one again and again, so that `[429, 429, 200]` is a call with two retries. A body of server-sent
events is sent event by event, chunked, as the API does. Where nothing fits, the answer is a 404 that says so.
"""

import gzip
import json
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import yaml

from support.local_server import LocalServer

JSON = {"content-type": "application/json"}
EVENTS = {"content-type": "text/event-stream; charset=utf-8"}


@dataclass(frozen=True)
class Exchange:
    """One answer, and the request that it answers.

    `body` is bytes, or what is sent as JSON, or a list of events that is sent as a stream of `data:` lines
    (an event given as text is sent as it is), with `[DONE]` at the end. `cut_after` ends the connection after
    that many events, or half of a body that is no stream; `stall_after` sends that many and then nothing
    until the server closes.
    """

    path: str
    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None
    request: Any = None
    cut_after: int | None = None
    stall_after: int | None = None
    compressed: bool = False

    @property
    def is_stream(self) -> bool:
        """The body is sent as server-sent events."""
        return isinstance(self.body, list) or "event-stream" in self.all_headers.get("content-type", "")

    @property
    def all_headers(self) -> dict[str, str]:
        """The headers with a content type that fits the body, where none is given."""
        kind = {} if isinstance(self.body, bytes) else EVENTS if isinstance(self.body, list) else JSON
        return {**kind, **{name.lower(): value for name, value in self.headers.items()}}

    def pieces(self) -> list[bytes]:
        """The body as it goes over the wire: event by event, or in one piece."""
        if isinstance(self.body, list):
            return [_event(event) for event in self.body] + [b"data: [DONE]\n\n"]
        whole = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        if self.is_stream:
            return [piece + b"\n\n" for piece in whole.split(b"\n\n") if piece]
        return [gzip.compress(whole) if self.compressed else whole]


@dataclass(frozen=True)
class Received:
    """A request that came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class ReplayServer(LocalServer):
    """Serves exchanges on a free port of 127.0.0.1; a context manager."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        super().__init__(type("Handler", (_Handler,), {"replay": self}))
        self.base_url = f"{self.url}/v1"
        self.exchanges = list(exchanges)
        self.received: list[Received] = []
        self._answered: dict[int, int] = {}
        self._lock = threading.Lock()

    def answer_to(self, request: Received) -> Exchange | None:
        """The exchange whose turn it is, of those that fit the request."""
        with self._lock:
            self.received.append(request)
            fitting = self._fitting(request)
            if not fitting:
                return None
            turn = min(fitting, key=lambda number: (self._answered.get(number, 0), number))
            if self._answered.get(turn):
                turn = fitting[-1]
            self._answered[turn] = self._answered.get(turn, 0) + 1
            return self.exchanges[turn]

    def _fitting(self, request: Received) -> list[int]:
        key = request.headers.get("x-exchange")
        on_path = [number for number, exchange in enumerate(self.exchanges) if exchange.path == request.path]
        if key is not None:
            return [number for number in on_path if self.exchanges[number].key == key]
        body = _parsed(request.body)
        same = [number for number in on_path if body is not None and self.exchanges[number].request == body]
        return same or [number for number in on_path if self.exchanges[number].request is None]


class _Handler(BaseHTTPRequestHandler):
    replay: ReplayServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        replay = self.replay
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = self.path.partition("?")[0].removeprefix("/v1/").strip("/")
        exchange = replay.answer_to(Received(self.command, path, headers, body))
        if exchange is None:
            message = f"nothing is recorded that answers this request to {path}"
            exchange = Exchange(path, status=404, body={"error": {"message": message}})
        try:
            self._send(exchange, replay)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_GET = do_DELETE = do_POST

    def _send(self, exchange: Exchange, replay: ReplayServer) -> None:
        pieces = exchange.pieces()
        if exchange.stall_after == 0:
            replay.closing.wait()
            self.close_connection = True
            return
        self.send_response(exchange.status)
        for name, value in exchange.all_headers.items():
            self.send_header(name, value)
        if exchange.compressed:
            self.send_header("content-encoding", "gzip")
        if exchange.is_stream:
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            self._send_events(exchange, pieces, replay)
        else:
            self.send_header("content-length", str(len(pieces[0])))
            self.end_headers()
            cut = exchange.cut_after is not None
            self.wfile.write(pieces[0][: len(pieces[0]) // 2] if cut else pieces[0])
            self.close_connection = self.close_connection or cut

    def _send_events(self, exchange: Exchange, pieces: list[bytes], replay: ReplayServer) -> None:
        for number, piece in enumerate(pieces):
            if number == exchange.cut_after:
                self.close_connection = True
                return
            if number == exchange.stall_after:
                replay.closing.wait()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output readable."""


def recorded_exchanges(folder: Path) -> Iterator[Exchange]:
    """The exchanges of a folder of VCR YAML files, keyed as in `truth.json`: `<file, [ and ] as _>#<n>`."""
    for path in sorted(folder.glob("*.yaml")):
        name = re.sub(r"[\[\]]", "_", path.stem)
        for number, recorded in enumerate(yaml.safe_load(path.read_text())["interactions"]):
            yield replace(_recorded(recorded), key=f"{name}#{number}")


_KEPT_HEADERS = ("content-type", "x-request-id")


def _recorded(recorded: Mapping[str, Any]) -> Exchange:
    response = recorded["response"]
    body = response["body"]["string"]
    headers = {name.lower(): value for name, value in response["headers"].items()}
    return Exchange(
        recorded["request"]["uri"].split("/v1/")[1],
        request=json.loads(recorded["request"]["body"]),
        status=response["status"]["code"],
        headers={
            name: value if isinstance(value, str) else value[0]
            for name, value in headers.items()
            if name in _KEPT_HEADERS
        },
        # recorded already decompressed, whatever the recorded headers say
        body=body if isinstance(body, bytes) else body.encode(),
    )


def _event(event: object) -> bytes:
    if isinstance(event, str):
        return event.encode() + b"\n\n"
    named = isinstance(event, dict) and isinstance(event.get("type"), str)
    name = f"event: {event['type']}\n" if named else ""  # type: ignore[index]
    return f"{name}data: {json.dumps(event)}\n\n".encode()


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
