"""Bodies of HTTP requests: read and decompressed within a limit."""

import zlib
from typing import TYPE_CHECKING

from cheroot.errors import MaxSizeExceeded
from cheroot.server import ChunkedRFile
from google.rpc.code_pb2 import Code

from spanmart.collector.refusal import Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import InputStream

MAX_BODY_BYTES = 64 * 1024 * 1024
GZIP = 16 + zlib.MAX_WBITS
CODINGS = "gzip, deflate"
PIECE_BYTES = 64 * 1024
# cheroot's words for a chunk beyond the bound; it has no error of its own for it.
CHUNK_TOO_LARGE = "Request Entity Too Large"


def read_body(stream: "InputStream", length: int | None, limit: int) -> bytes:
    """A body of `length` bytes, or of unknown length up to `limit`. Raises Refusal."""
    try:
        body = _read_chunked(stream, limit) if length is None else stream.read(length)
    except TimeoutError as error:
        raise Refusal(408, Code.DEADLINE_EXCEEDED, "The rest of the body did not come in time.") from error
    if length is not None and len(body) < length:
        raise Refusal.bad_data("body", f"ends after {len(body)} of {length} bytes")
    return body


def discard(stream: "InputStream") -> None:
    """Read what a refused sender still sends: it looks for the answer only when it has sent all."""
    while stream.read(PIECE_BYTES):
        pass


def _read_chunked(stream: "InputStream", limit: int) -> bytes:
    if isinstance(stream, ChunkedRFile):
        # One chunk may claim any size; its own bound stops it before it is in memory.
        stream.maxlen = 2 * limit
    pieces: list[bytes] = []
    left = limit
    try:
        while left >= 0 and (piece := stream.read(PIECE_BYTES)):
            pieces.append(piece)
            left -= len(piece)
        if left < 0:
            discard(stream)
    except (MaxSizeExceeded, OSError) as error:
        if isinstance(error, OSError) and str(error) != CHUNK_TOO_LARGE:
            raise
        left = -1
    except ValueError as error:
        raise Refusal.bad_data("body", f"has a transfer encoding that is not valid: {error}") from error
    if left < 0:
        raise Refusal.too_large(f"The body exceeds {limit} bytes. Send smaller batches.")
    return b"".join(pieces)


def decompressed(body: bytes, coding: str, limit: int = MAX_BODY_BYTES) -> bytes:
    """The body without its Content-Encoding; never makes more than `limit` bytes. Raises Refusal."""
    match coding.strip().lower():
        case "" | "identity":
            return body
        case "gzip" | "x-gzip":
            return _inflated(body, GZIP, "gzip", limit)
        case "deflate":
            # Some senders leave out the zlib header that RFC 9110 asks for.
            has_header = body[:1] and body[0] & 0x0F == zlib.DEFLATED and int.from_bytes(body[:2]) % 31 == 0
            return _inflated(body, zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS, "deflate", limit)
    raise Refusal.unsupported(f"Content-Encoding {coding!r} is not supported. Use {CODINGS} or none.")


def _inflated(body: bytes, wbits: int, coding: str, limit: int) -> bytes:
    parts: list[bytes] = []
    left = limit
    while body:
        member = zlib.decompressobj(wbits)
        try:
            part = member.decompress(body, left + 1)
        except zlib.error as error:
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
