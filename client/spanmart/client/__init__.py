"""Asks a running spanmart over HTTP, by the methods that `spanmart.warehouse.Interactions` has in-process.

It needs nothing but Python's own library, so that a notebook or a script of any application can have it.
"""

from spanmart.client.errors import (
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
from spanmart.client.interactions import Interactions

__all__ = [
    "Interactions",
    "InvalidCursor",
    "InvalidRequest",
    "NotAllowed",
    "NotReady",
    "SpanmartError",
    "TooManyRequests",
    "UnexpectedAnswer",
    "UnknownInteraction",
    "Unreachable",
]
