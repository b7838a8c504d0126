"""Bodies of HTTP requests: read and decompressed within a limit."""

import asyncio
import sys
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from google.rpc.code_pb2 import Code

from spanmart.collector.otlp.refusal import Refusal
from spanmart.warehouse.storage.landing import Room

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from asgiref.typing import ASGIReceiveCallable

MAX_BODY_BYTES = 64 * 1024 * 1024
GZIP = 16 + zlib.MAX_WBITS
CODINGS = "gzip, deflate, zstd"
# A sender that pauses longer than this within a body, in seconds, has gone away.
MAX_PAUSE_S = 30


class SenderGone(Exception):
    """The connection was closed before the whole body had come; there is nobody to answer."""


async def read_body(receive: "ASGIReceiveCallable", room: Room, limit: int) -> bytes:
    """A body of at most `limit` bytes, each counted in `room` as it comes.

    Raises Refusal, SenderGone, LandingError where there is no room.
    """
    pieces: list[bytes] = []
    left = limit
    more = True
    while more:
        try:
            async with asyncio.timeout(MAX_PAUSE_S):
                event = await receive()
        except TimeoutError as error:
            raise Refusal(
                408, Code.DEADLINE_EXCEEDED, "The rest of the body did not come in time."
            ) from error
        if event["type"] != "http.request":
            raise SenderGone
        piece, more = event["body"], event["more_body"]
        left -= len(piece)
        if left < 0:
            raise Refusal.too_large(f"The body exceeds {limit} bytes. Send smaller batches.")
        room.grow(len(piece))
        pieces.append(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def decompress(body: bytes, coding: str, limit: int = MAX_BODY_BYTES) -> bytes:
    """The body without its Content-Encoding; never makes more than `limit` bytes. Raises Refusal."""
    match coding.strip().lower():
        case "" | "identity":
            return body
        case "gzip" | "x-gzip":
            return _inflate(body, lambda: zlib.decompressobj(GZIP), "gzip", limit)
        case "deflate":
            # Some senders leave out the zlib header that RFC 9110 asks for.
            has_header = body[:1] and body[0] & 0x0F == zlib.DEFLATED and int.from_bytes(body[:2]) % 31 == 0
            wbits = zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS
            return _inflate(body, lambda: zlib.decompressobj(wbits), "deflate", limit)
        case "zstd":
            return _inflate(body, zstd.ZstdDecompressor, "zstd", limit)
    raise Refusal.unsupported(f"Content-Encoding {coding!r} is not supported. Use {CODINGS} or none.")


class Decompressor(Protocol):
    """What zlib's and zstd's have in common: one member or frame is read until its end."""

    @property
    def eof(self) -> bool:
        """Whether the end was met."""

    @property
    def unused_data(self) -> bytes:
        """What follows the end."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """At most `max_length` bytes of it."""


def _inflate(body: bytes, new: Callable[[], Decompressor], coding: str, limit: int) -> bytes:
    parts: list[bytes] = []
    left = limit
    while body:
        member = new()
        try:
            part = member.decompress(body, left + 1)
        except (zlib.error, zstd.ZstdError) as error:
            raise Refusal.bad_data("body", f"is not valid {coding}: {error}") from error
        left -= len(part)
        if left < 0:
            raise Refusal.too_large(f"The decompressed body exceeds {limit} bytes. Send smaller batches.")
        if not member.eof:
            raise Refusal.bad_data("body", f"is not valid {coding}: it ends too early")
        parts.append(part)
        body = member.unused_data
    if not parts:
        raise Refusal.bad_data("body", f"is not valid {coding}: it is empty")
    return b"".join(parts)
