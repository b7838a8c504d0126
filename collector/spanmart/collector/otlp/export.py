"""One export request from its decoded body to its answer, the same whichever way it came."""

import contextlib
from dataclasses import dataclass
from typing import Any, Self

from google.protobuf.message import DecodeError, Message

from spanmart.collector.otlp.otlp_json import parse_json
from spanmart.collector.otlp.refusal import Refusal
from spanmart.collector.otlp.rows import MAX_ROWS, too_many_rows
from spanmart.collector.otlp.salvage import has_more_rows, parse_apart
from spanmart.collector.otlp.signals import Signal, data_points
from spanmart.warehouse.storage.batch import SPANS, Batch, Rows

# Enough to find the fault in the sender, without a message that grows with the request.
REASONS_TOLD = 5
MANY_ROWS = 64
# A smaller body may be parsed before its rows are counted.
MANY_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Export:
    """A request that has been read: what of it is to be stored, and the answer for when that is done."""

    batch: Batch | None
    answer: Message

    @classmethod
    def of_protobuf(cls, signal: Signal, body: bytes, source: str) -> Self:
        """Read a body in protobuf. Raises Refusal where it is no request or has no good row."""
        if len(body) > MANY_BYTES and has_more_rows(body, MAX_ROWS):
            raise too_many_rows()
        rejections: list[str] = []
        request = _parse_protobuf(signal, body, rejections)
        # Of a request in which rows were malformed the good ones are left.
        sound = request.SerializeToString() if rejections else body
        return cls._make(signal, request, sound, rejections, source=source, size=len(body))

    @classmethod
    def of_json(cls, signal: Signal, body: bytes, source: str) -> Self:
        """Read a body in JSON. Raises Refusal where it is no request."""
        rejections: list[str] = []
        request = parse_json(signal.request, body, rejections)
        sound = request.SerializeToString()
        return cls._make(signal, request, sound, rejections, source=source, size=len(body))

    @classmethod
    def _make(
        cls, signal: Signal, request: Message, sound: bytes, rejections: list[str], *, source: str, size: int
    ) -> Self:
        if signal.stored_rows is None:
            return cls(None, _reject_all(signal, request))
        gathered = signal.stored_rows(request, sound, rejections)
        received = gathered.num_rows + len(rejections)
        # Many rows are better made a table here, beside the writer, than by the writer.
        rows: Rows = gathered.table([gathered]) if gathered.num_rows >= MANY_ROWS else gathered
        spans, log_events = (rows, None) if gathered.schema is SPANS else (None, rows)
        batch = Batch(source, spans, log_events, received, rejected=len(rejections), bytes=size)
        return cls(batch if received else None, _answer(signal, received, rejections))


def _parse_protobuf(signal: Signal, body: bytes, rejections: list[str]) -> Message:
    """The request in a protobuf body; for each malformed row a reason is added to `rejections`."""
    try:
        return signal.request.FromString(body)
    except DecodeError as error:
        malformed: list[str] = []
        with contextlib.suppress(DecodeError):
            request = parse_apart(signal.request, body, signal.rows.removesuffix("s"), malformed)
            rejections += malformed
            return request
        raise Refusal.bad_data(
            "body", f"is not a valid {signal.request.DESCRIPTOR.name}: {error}. Nothing of it was stored."
        ) from error


def _answer(signal: Signal, received: int, rejections: list[str]) -> Message:
    if not rejections:
        return signal.response()
    told = "; ".join(rejections[:REASONS_TOLD])
    more = "; ..." if len(rejections) > REASONS_TOLD else ""
    message = (
        f"{len(rejections)} of {received} {signal.rows} were rejected, the rest are stored: {told}{more}"
    )
    return _partial(signal, len(rejections), message)


def _reject_all(signal: Signal, request: Any) -> Message:  # noqa: ANN401 - the message class is chosen at run time
    count = data_points(request)
    if not count:
        return signal.response()
    return _partial(signal, count, "spanmart stores no metrics. Switch the sender's metrics exporter off.")


def _partial(signal: Signal, rejected: int, message: str) -> Message:
    partial_success = {signal.rejected_field: rejected, "error_message": message}
    return signal.response(partial_success=partial_success)
