"""Sends OTLP/HTTP over kept-alive connections from one thread, by raw sockets and requests built beforehand.

An HTTP client library costs more CPU a request than a good receiver does, and on a machine that both share
the figure would then be the client's.
"""

import re
import selectors
import socket
import sys
import time
from collections import deque
from itertools import cycle, islice

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from benchmarks.ingest.load import Load
from benchmarks.ingest.payloads import Payload
from benchmarks.ingest.tally import Tally

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_CONNECT_S = 10.0


class Gone(Exception):
    """The receiver accepts no connections any more."""


class HttpSender:
    """Keeps `load.connections` connections busy until the time is over, then waits for what is open."""

    def __init__(self, load: Load, made: list[Payload], tally: Tally) -> None:
        self._load = load
        count = max(len(made), load.connections)
        self._supply = deque(
            payload.behind(_headers(load, len(payload.body))) for payload in islice(cycle(made), count)
        )
        self._selector = selectors.DefaultSelector()
        self._idle = deque(_Connection(load.port, self._selector, tally) for _ in range(load.connections))
        self._busy: set[_Connection] = set()
        self._unstarted = load.requests if load.requests is not None else sys.maxsize

    def run(self) -> None:
        """Send; returns when all is answered, patience is over, or the receiver is gone."""
        started = time.perf_counter()
        end, self._due = started + self._load.seconds, started
        try:
            while (now := time.perf_counter()) < end + self._load.grace_s:
                if now < end and self._unstarted:
                    self._start_due(now)
                elif not self._busy:
                    break
                self._advance(self._patience(now, end))
        except Gone:
            pass
        for connection in self._busy:
            connection.give_up()

    def _start_due(self, now: float) -> None:
        interval = 1 / self._load.rate if self._load.rate else None
        while self._idle and self._unstarted and (interval is None or self._due <= now):
            self._unstarted -= 1
            connection = self._idle.popleft()
            self._busy.add(connection)
            connection.start(self._supply.popleft(), now if interval is None else self._due)
            self._due += interval or 0.0

    def _patience(self, now: float, end: float) -> float:
        wake = end if now < end else end + self._load.grace_s
        if self._load.rate and self._idle and self._unstarted and now < end:
            wake = min(wake, self._due)
        return max(0.0, wake - now)

    def _advance(self, timeout_s: float) -> None:
        for key, events in self._selector.select(timeout_s):
            connection: _Connection = key.data
            payload = connection.advance(events)
            if payload is not None:
                self._supply.append(payload)
                self._busy.discard(connection)
                self._idle.append(connection)


def _headers(load: Load, length: int) -> bytes:
    lines = {
        "Host": f"127.0.0.1:{load.port}",
        "Content-Type": "application/x-protobuf",
        "Content-Length": str(length),
        **load.headers,
    }
    text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST /v1/traces HTTP/1.1\r\n{text}\r\n".encode()


class _Connection:
    """One connection, with at most one request under way."""

    def __init__(self, port: int, selector: selectors.BaseSelector, tally: Tally) -> None:
        self._port = port
        self._selector = selector
        self._tally = tally
        self._socket: socket.socket | None = None
        self._payload: Payload | None = None
        self._unsent = memoryview(b"")
        self._answer = b""
        self._since = 0.0

    def start(self, payload: Payload, since: float) -> None:
        """Begin to send a request that was due at `since`."""
        payload.refresh()
        if self._socket is None:
            self._socket = self._connect()
        self._payload, self._since, self._answer = payload, since, b""
        self._unsent = memoryview(payload.body)
        self._send(self._socket)
        if self._unsent:
            self._selector.modify(self._socket, selectors.EVENT_READ | selectors.EVENT_WRITE, self)

    def advance(self, events: int) -> Payload | None:
        """Write or read what is possible; returns the request's payload once its answer is in."""
        assert self._socket is not None
        if self._payload is None:  # the receiver has closed an idle connection
            self._close()
            return None
        if events & selectors.EVENT_READ:
            return self._read(self._socket, self._payload)
        self._send(self._socket)
        if not self._unsent:
            self._selector.modify(self._socket, selectors.EVENT_READ, self)
        return None

    def give_up(self) -> None:
        """Count the request under way as unanswered."""
        if self._payload is not None:
            self._tally.lost(self._payload)

    def _connect(self) -> socket.socket:
        try:
            made = socket.create_connection(("127.0.0.1", self._port), timeout=_CONNECT_S)
        except OSError as error:
            raise Gone from error
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setblocking(False)
        self._selector.register(made, selectors.EVENT_READ, self)
        return made

    def _send(self, to: socket.socket) -> None:
        try:
            self._unsent = self._unsent[to.send(self._unsent) :]
        except BlockingIOError:
            pass
        except OSError:
            self._unsent = memoryview(b"")  # reading tells whether there was an answer before the end

    def _read(self, source: socket.socket, payload: Payload) -> Payload | None:
        try:
            received = source.recv(65_536)
        except BlockingIOError:
            return None
        except OSError:
            received = b""
        self._answer += received
        if received and not _is_whole(self._answer):
            return None
        self._payload = None
        if _is_whole(self._answer):
            self._count(payload)
        else:
            self._tally.lost(payload)
        if not received or self._unsent or _CLOSE.search(self._answer):
            self._close()
        return payload

    def _count(self, payload: Payload) -> None:
        status = self._answer[9:12].decode("latin-1")
        body = self._answer.partition(b"\r\n\r\n")[2]
        if status.startswith("2"):
            self._tally.success(payload, _rejected(body), self._since)
        else:
            self._tally.refused[status] += 1

    def _close(self) -> None:
        assert self._socket is not None
        self._selector.unregister(self._socket)
        self._socket.close()
        self._socket = None


def _is_whole(answer: bytes) -> bool:
    head, separator, body = answer.partition(b"\r\n\r\n")
    if not separator:
        return False
    length = _LENGTH.search(head)
    return len(body) >= int(length[1]) if length else body.endswith(b"0\r\n\r\n")


def _rejected(body: bytes) -> int:
    """Spans that a success says it did not take; an answer in another form than OTLP's rejects none."""
    try:
        return ExportTraceServiceResponse.FromString(body).partial_success.rejected_spans if body else 0
    except DecodeError:
        return 0
