"""Requests to one spanmart: the address, the token, and errors in words."""

import gzip
import http.client
import json
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator, Mapping
from email.message import Message
from typing import Any
from urllib.parse import urlencode, urlsplit

from spanmart.client.errors import (
    ComeAgain,
    Fault,
    InvalidCursor,
    InvalidRequest,
    NotAllowed,
    NotReady,
    SpanmartError,
    TooManyRequests,
    UnexpectedAnswer,
    UnknownInteraction,
    Unreachable,
)

PIECE_BYTES = 256 * 1024
GZIP = 16 + zlib.MAX_WBITS
TRIES = 4
REFUSED: dict[int, type[SpanmartError]] = {
    401: NotAllowed,
    403: NotAllowed,
    404: UnknownInteraction,
    409: InvalidCursor,
}
COME_AGAIN: dict[int, type[ComeAgain]] = {429: TooManyRequests, 503: NotReady}


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The API never redirects; following would hand the token to whoever says so."""

    def redirect_request(self, *_: object) -> None:
        return None


class Connection:
    """Sends requests; every failure is a SpanmartError."""

    def __init__(self, url: str, token: str | None, timeout_s: float) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError(f"{url!r} is no address of a spanmart, such as http://localhost:8080.")
        self._url = url.rstrip("/")
        self._headers = {"Accept-Encoding": "gzip"}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"
        self._timeout_s = timeout_s
        self._opener = urllib.request.build_opener(_NoRedirects)

    def get(self, path: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        """What a path answers, as JSON; a limit on how often is waited for."""
        for attempt in range(1, TRIES + 1):
            try:
                return self._json(self._open(path, parameters))
            except TooManyRequests as error:
                if attempt == TRIES:
                    raise
                time.sleep(error.retry_after_s)
        raise AssertionError

    def post(self, path: str, body: object) -> dict[str, Any]:
        """What a path answers to a body; sent once."""
        return self._json(self._open(path, {}, json.dumps(body).encode()))

    def stream(self, path: str, parameters: Mapping[str, str]) -> Iterator[bytes]:
        """The pieces of a file of any size; errors before the first one are raised at once."""
        return self._pieces(self._open(path, parameters))

    def _open(
        self, path: str, parameters: Mapping[str, str], body: bytes | None = None
    ) -> http.client.HTTPResponse:
        url = f"{self._url}{path}" + (f"?{urlencode(parameters)}" if parameters else "")
        headers = self._headers | ({"Content-Type": "application/json"} if body else {})
        request = urllib.request.Request(url, body, headers)  # noqa: S310 - its scheme has been looked at
        try:
            answer: http.client.HTTPResponse = self._opener.open(request, timeout=self._timeout_s)
        except urllib.error.HTTPError as error:
            with error:
                raise self._refusal(error.code, error.headers, _unpack(error.headers, error.read())) from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise Unreachable(f"Nothing answers at {self._url}: {reason}. Does `spanmart up` run?") from error
        return answer

    def _json(self, answer: http.client.HTTPResponse) -> dict[str, Any]:
        with answer:
            try:
                found = json.loads(_unpack(answer.headers, answer.read()))
            except (OSError, http.client.HTTPException) as error:
                raise Unreachable(f"The answer of {self._url} broke off: {error!r}") from error
            except ValueError:
                found = None
        if not isinstance(found, dict):
            raise UnexpectedAnswer(f"{self._url} does not answer as a spanmart does.")
        return found

    def _pieces(self, answer: http.client.HTTPResponse) -> Iterator[bytes]:
        unpacker = zlib.decompressobj(GZIP) if answer.headers.get("Content-Encoding") == "gzip" else None
        with answer:
            try:
                while piece := answer.read(PIECE_BYTES):
                    yield unpacker.decompress(piece) if unpacker else piece
            except (OSError, http.client.HTTPException, zlib.error) as error:
                raise Unreachable(f"The file from {self._url} broke off: {error!r}") from error
        if answer.length or (unpacker and not unpacker.eof):
            raise Unreachable(f"The file from {self._url} broke off.")

    def _refusal(self, status: int, headers: Message, body: bytes) -> SpanmartError:
        try:
            problem = json.loads(body)
            detail = str(problem["detail"])
        except (ValueError, KeyError, TypeError):
            return UnexpectedAnswer(f"{self._url} answered {status}, and not as a spanmart does.")
        if status in COME_AGAIN:
            return COME_AGAIN[status](detail, float(headers.get("Retry-After", 1)))
        if status in REFUSED:
            return REFUSED[status](detail)
        if 400 <= status < 500:
            faults = problem.get("errors") or ()
            return InvalidRequest(detail, tuple(Fault(one["parameter"], one["message"]) for one in faults))
        return UnexpectedAnswer(f"{self._url} answered {status}: {detail}")


def _unpack(headers: Message, body: bytes) -> bytes:
    return gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body
