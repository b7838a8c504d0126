"""Reads the bytes of a response body, whole or streamed, into an answer."""

import json
from collections.abc import Iterator
from typing import Any

from spanmart.instrumentation.openai.endpoints import Answer, Endpoint
from spanmart.instrumentation.openai.endpoints.responses import reported
from spanmart.instrumentation.values import fields


def content_type(response: Any) -> str:
    """The media type of a response, without parameters."""
    return (response.headers.get("content-type") or "").partition(";")[0].strip()


def is_event_stream(kind: str) -> bool:
    """A body of this media type is a stream of events."""
    return kind.endswith("event-stream")


def is_readable(kind: str) -> bool:
    """A body of this media type says something that can be recorded; images and sound do not."""
    return kind.endswith("json") or is_event_stream(kind)


def answer_in(endpoint: Endpoint, kind: str, body: bytes) -> Answer:
    """What a decoded body of media type `kind` says; nothing where it was cut or is not readable."""
    if is_event_stream(kind):
        return _read_stream(endpoint, body)
    if not is_readable(kind):
        return Answer(whole=True)
    try:
        return endpoint.answer(fields(json.loads(body)))
    except ValueError:
        return Answer()


def _read_stream(endpoint: Endpoint, body: bytes) -> Answer:
    reader, error = endpoint.stream(), None
    for event in server_sent_events(body):
        reader.add(event)
        if event.get("error"):
            error = reported(fields(event["error"]))
    answer = reader.answer()
    answer.error = answer.error or error
    return answer


def server_sent_events(body: bytes) -> Iterator[dict[str, Any]]:
    """The JSON objects in a body of server-sent events, up to where it ends or was cut."""
    for event in body.decode(errors="replace").replace("\r\n", "\n").split("\n\n"):
        data = "\n".join(line[5:].lstrip() for line in event.split("\n") if line.startswith("data:"))
        try:
            parsed = json.loads(data)
        except ValueError:  # empty, `[DONE]`, or cut
            continue
        if isinstance(parsed, dict):
            yield parsed
