"""OTLP/HTTP as a WSGI application: protobuf and JSON on the same paths."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from google.protobuf.message import Message
from google.rpc.code_pb2 import Code

from spanmart.collector.body import CODINGS, MAX_BODY_BYTES, decompressed, discard, read_body
from spanmart.collector.export import export, parse_protobuf
from spanmart.collector.otlp_json import parse_json, to_json
from spanmart.collector.refusal import Refusal
from spanmart.collector.signals import SIGNALS, Signal
from spanmart.warehouse.landing import Landing

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
SOURCE = "otlp_http"
BY_PATH = {signal.path: signal for signal in SIGNALS}
# What a refused sender can do instead, by status.
HINTS = {
    HTTPStatus.METHOD_NOT_ALLOWED: {"Allow": "POST"},
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: {"Accept": f"{PROTOBUF}, {JSON}", "Accept-Encoding": CODINGS},
}


class OtlpHttpApp:
    """Answers each export request after its rows are on disk; every error is a google.rpc.Status."""

    def __init__(self, landing: Landing, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        self._landing = landing
        self._limit = max_body_bytes

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Handle one request, as WSGI has it."""
        media_type = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        status = HTTPStatus.OK
        headers: dict[str, str] = {}
        try:
            answer = self._export(environ, media_type)
        except Refusal as refusal:
            answer = refusal.status()
            status = HTTPStatus(refusal.http_status)
            headers |= HINTS.get(status, {})
            if refusal.retry_after_s is not None:
                headers["Retry-After"] = str(refusal.retry_after_s)
        # Whoever sends neither encoding is a person with a browser or curl, and reads JSON.
        answer_type = PROTOBUF if media_type == PROTOBUF else JSON
        body = answer.SerializeToString() if answer_type == PROTOBUF else to_json(answer)
        headers |= {"Content-Type": answer_type, "Content-Length": str(len(body))}
        start_response(f"{status.value} {status.phrase}", list(headers.items()))
        return [body]

    def _export(self, environ: "WSGIEnvironment", media_type: str) -> Message:
        try:
            signal = _signal(environ)
            if media_type not in (PROTOBUF, JSON):
                raise Refusal.unsupported(
                    f"Content-Type {media_type!r} is not supported. Use {PROTOBUF} or {JSON}."
                )
            length = self._declared_length(environ)
        except Refusal:
            discard(environ["wsgi.input"])
            raise
        raw = read_body(environ["wsgi.input"], length, self._limit)
        body = decompressed(raw, environ.get("HTTP_CONTENT_ENCODING", ""), self._limit)
        rejections: list[str] = []
        if media_type == PROTOBUF:
            request = parse_protobuf(signal, body, rejections)
        else:
            request = parse_json(signal.request, body, rejections)
        return export(signal, request, rejections, source=SOURCE, size=len(body), landing=self._landing)

    def _declared_length(self, environ: "WSGIEnvironment") -> int | None:
        """The body's length in bytes; None where it comes in chunks."""
        if environ.get("wsgi.input_terminated"):
            return None
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length > self._limit:
            raise Refusal.too_large(
                f"The body of {length} bytes exceeds {self._limit}. Send smaller batches."
            )
        return length


def _signal(environ: "WSGIEnvironment") -> Signal:
    path = environ.get("PATH_INFO", "")
    signal = BY_PATH.get(path)
    if signal is None:
        raise Refusal(404, Code.NOT_FOUND, f"There is nothing at {path}. OTLP goes to {', '.join(BY_PATH)}.")
    method = environ["REQUEST_METHOD"]
    if method != "POST":
        raise Refusal(405, Code.UNIMPLEMENTED, f"{path} takes POST requests, not {method}.")
    return signal
