"""ETags for what changes only when the marts do: a poll that finds nothing new costs no query."""

import hashlib
from collections.abc import Callable

from flask import Response, request

from spanmart.web.access import caller
from spanmart.web.services import services


def etag_of(path: str) -> str | None:
    """The tag of a path with its query, for its caller and this version of the marts; None without one."""
    version = services().version
    shown = f"{version} {caller().key} {path.rstrip('?')}"
    return version and hashlib.sha256(shown.encode()).hexdigest()[:20]


def revalidated(respond: Callable[[], Response]) -> Response:
    """Answer 304 where the caller already has this version of this URL, else what `respond` makes."""
    etag = etag_of(request.full_path)
    if etag is None:
        return respond()
    response = Response(status=304) if request.if_none_match.contains_weak(etag) else respond()
    # Weak: what the page says is the same, but not each byte of how it is sent.
    response.set_etag(etag, weak=True)
    return response
