"""OTLP/HTTP as an ASGI application: protobuf and JSON on the same paths.

A request that waits, for its body or for the disk, holds no thread.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import TYPE_CHECKING

from google.protobuf.message import Message
from google.rpc.code_pb2 import Code

from spanmart.collector.otlp.body import CODINGS, SenderGone, decompress, read_body
from spanmart.collector.otlp.export import Export
from spanmart.collector.otlp.otlp_json import to_json
from spanmart.collector.otlp.refusal import Refusal
from spanmart.collector.otlp.signals import SIGNALS, Signal
from spanmart.collector.servers.cors import Cors
from spanmart.collector.servers.ingest_gate import IngestGate
from spanmart.warehouse.errors import LandingError
from spanmart.warehouse.storage.landing import Landing, Room

if TYPE_CHECKING:
    from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
SOURCE = "otlp_http"
BY_PATH = {signal.path: signal for signal in SIGNALS}
# What a refused sender can do instead, by status.
HINTS = {
    HTTPStatus.METHOD_NOT_ALLOWED: {"Allow": "POST"},
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: {"Accept": f"{PROTOBUF}, {JSON}", "Accept-Encoding": CODINGS},
}
# Decoding holds Python's lock for most of its time, so that more threads would only queue for it.
DECODERS = 4
# A body of this size is decoded sooner than another thread has been woken for it.
SMALL_BYTES = 8 * 1024


class OtlpHttpApp:
    """Answers each export request after its rows are on disk; every error is a google.rpc.Status."""

    def __init__(self, landing: Landing, max_body_bytes: int, gate: IngestGate, cors: Cors) -> None:
        self._landing = landing
        self._limit = max_body_bytes
        self._gate = gate
        self._cors = cors
        self._decoders = ThreadPoolExecutor(DECODERS, thread_name_prefix="otlp-decode")

    def close(self) -> None:
        """End the threads, once no request is under way."""
        self._decoders.shutdown(wait=False)

    async def __call__(
        self, scope: "HTTPScope", receive: "ASGIReceiveCallable", send: "ASGISendCallable"
    ) -> None:
        """Handle one request, as ASGI has it."""
        given = Headers(scope)
        origin = given.find("origin")
        status = HTTPStatus.OK
        headers = dict(self._cors.headers(origin))
        try:
            self._cors.check(origin)
            if origin is not None and _is_preflight(scope, given):
                wanted = given.find("access-control-request-headers")
                preflight = self._cors.preflight_headers(origin, wanted)
                await _send(send, HTTPStatus.NO_CONTENT, preflight, b"")
                return
            self._gate.check(given.find("authorization"))
            answer = await self._export(scope, given, receive)
        except SenderGone:
            return
        except Refusal as refusal:
            answer = refusal.status()
            status = HTTPStatus(refusal.http_status)
            headers |= _hints(refusal)
        # Whoever sends neither encoding is a person with a browser or curl, and reads JSON.
        answer_type = PROTOBUF if given.media_type == PROTOBUF else JSON
        body = answer.SerializeToString() if answer_type == PROTOBUF else to_json(answer)
        await _send(send, status, {**headers, "Content-Type": answer_type}, body)

    async def _export(self, scope: "HTTPScope", given: "Headers", receive: "ASGIReceiveCallable") -> Message:
        signal = _signal(scope)
        if given.media_type not in (PROTOBUF, JSON):
            raise Refusal.unsupported(
                f"Content-Type {given.media_type!r} is not supported. Use {PROTOBUF} or {JSON}."
            )
        self._check_declared_length(given)
        try:
            with self._landing.room() as room:
                raw = await read_body(receive, room, self._limit)
                export = await self._decode(signal, raw, given, room)
                if export.batch is not None:
                    await asyncio.wrap_future(self._landing.submit(export.batch, room))
        except LandingError as error:
            raise Refusal.not_landed(error) from error
        return export.answer

    def _check_declared_length(self, given: "Headers") -> None:
        length = int(given.get("content-length") or 0)
        if length > self._limit:
            raise Refusal.too_large(
                f"The body of {length} bytes exceeds {self._limit}. Send smaller batches."
            )

    async def _decode(self, signal: Signal, raw: bytes, given: "Headers", room: Room) -> Export:
        coding = given.get("content-encoding")

        def decode() -> Export:
            body = decompress(raw, coding, self._limit)
            if len(body) > len(raw):
                room.grow(len(body) - len(raw))
            read = Export.of_protobuf if given.media_type == PROTOBUF else Export.of_json
            return read(signal, body, SOURCE)

        if len(raw) <= SMALL_BYTES:
            return decode()
        return await asyncio.get_running_loop().run_in_executor(self._decoders, decode)


class Headers:
    """The headers of a request by their lower-case names."""

    def __init__(self, scope: "HTTPScope") -> None:
        self._headers: dict[bytes, str] = {name: value.decode("latin-1") for name, value in scope["headers"]}
        self.media_type = self.get("content-type").partition(";")[0].strip().lower()

    def find(self, name: str) -> str | None:
        """The header's value, None where it is not there."""
        return self._headers.get(name.encode())

    def get(self, name: str) -> str:
        """The header's value, empty where it is not there."""
        return self.find(name) or ""


def _is_preflight(scope: "HTTPScope", given: Headers) -> bool:
    return scope["method"] == "OPTIONS" and given.find("access-control-request-method") is not None


def _hints(refusal: Refusal) -> dict[str, str]:
    hints = dict(HINTS.get(HTTPStatus(refusal.http_status), {}))
    if refusal.retry_after_s is not None:
        hints["Retry-After"] = str(refusal.retry_after_s)
    if refusal.challenge is not None:
        hints["WWW-Authenticate"] = refusal.challenge
    return hints


async def _send(
    send: "ASGISendCallable", status: HTTPStatus, headers: Mapping[str, str], body: bytes
) -> None:
    encoded = [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
    if status != HTTPStatus.NO_CONTENT:
        encoded.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": encoded, "trailers": False})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _signal(scope: "HTTPScope") -> Signal:
    path, method = scope["path"], scope["method"]
    signal = BY_PATH.get(path)
    if signal is None:
        raise Refusal(404, Code.NOT_FOUND, f"There is nothing at {path}. OTLP goes to {', '.join(BY_PATH)}.")
    if method != "POST":
        raise Refusal(405, Code.UNIMPLEMENTED, f"{path} takes POST requests, not {method}.")
    return signal
