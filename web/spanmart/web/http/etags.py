"""ETags: a poll that finds nothing new transfers nothing, and costs no query where only marts change it."""

import hashlib
from collections.abc import Callable

from flask import Flask, Response, request

from spanmart.web.caller import caller
from spanmart.web.services import services


def etag_of(path: str) -> str | None:
    """The tag of a path with its query, for its caller and this version of the marts; None without one."""
    version = services().version
    shown = f"{version} {caller().key} {path.rstrip('?')}"
    return version and hashlib.sha256(shown.encode()).hexdigest()[:20]


def answer_revalidated(respond: Callable[[], Response]) -> Response:
    """Answer 304 where the caller already has this version of this URL, else what `respond` makes."""
    etag = etag_of(request.full_path)
    if etag is None:
        return respond()
    response = Response(status=304) if request.if_none_match.contains_weak(etag) else respond()
    # Weak: what the page says is the same, but not each byte of how it is sent.
    response.set_etag(etag, weak=True)
    return response


def tag_other_answers(app: Flask) -> None:
    """Tag the other answers to programs by what they say."""

    def tag(response: Response) -> Response:
        if response.status_code == 200 and response.is_json and not response.is_streamed:
            if not response.get_etag()[0]:
                response.add_etag(weak=True)
            response.make_conditional(request)
        return response

    app.after_request(tag)
