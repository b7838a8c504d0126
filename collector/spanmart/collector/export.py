"""One export request from its decoded body to its answer, the same whichever way it came."""

import contextlib
from typing import Any

from google.protobuf.message import DecodeError, Message

from spanmart.collector.refusal import Refusal
from spanmart.collector.salvage import parse_apart
from spanmart.collector.signals import Signal, data_points
from spanmart.warehouse.batch import Batch
from spanmart.warehouse.errors import LandingError
from spanmart.warehouse.landing import Landing

# Enough to find the fault in the sender, without a message that grows with the request.
REASONS_TOLD = 5


def parse_protobuf(signal: Signal, body: bytes, rejections: list[str]) -> Message:
    """The request in a protobuf body; for each malformed row a reason is added to `rejections`.

    Raises Refusal where the body is no request or has no good row.
    """
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


def export(
    signal: Signal, request: Message, rejections: list[str], *, source: str, size: int, landing: Landing
) -> Message:
    """Store the request's rows and answer once they are on disk.

    `rejections` holds the reasons of rows already dropped while decoding; `size` is the body's in bytes.
    Raises Refusal where nothing was stored.
    """
    if signal.table is None:
        return _not_stored(signal, request)
    try:
        landing.check_capacity(size)
        table = signal.table(request, rejections)
        received = table.num_rows + len(rejections)
        if received:
            spans, log_events = (table, None) if signal.raw_table == "spans" else (None, table)
            batch = Batch(source, spans, log_events, received, rejected=len(rejections), bytes=size)
            landing.submit(batch).result()
    except LandingError as error:
        raise Refusal.not_landed(error) from error
    return _answer(signal, received, rejections)


def _answer(signal: Signal, received: int, rejections: list[str]) -> Message:
    if not rejections:
        return signal.response()
    told = "; ".join(rejections[:REASONS_TOLD])
    more = "; ..." if len(rejections) > REASONS_TOLD else ""
    message = (
        f"{len(rejections)} of {received} {signal.rows} were rejected, the rest are stored: {told}{more}"
    )
    return _partial(signal, len(rejections), message)


def _not_stored(signal: Signal, request: Any) -> Message:  # noqa: ANN401 - the message class is chosen at run time
    count = data_points(request)
    if not count:
        return signal.response()
    return _partial(signal, count, "spanmart stores no metrics. Switch the sender's metrics exporter off.")


def _partial(signal: Signal, rejected: int, message: str) -> Message:
    partial_success = {signal.rejected_field: rejected, "error_message": message}
    return signal.response(partial_success=partial_success)
