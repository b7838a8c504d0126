"""What a request asks for, whichever endpoint it came through."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .errors import ApiError, invalid_request

Endpoint = Literal["chat/completions", "responses", "embeddings"]
ENDPOINTS: Mapping[str, Endpoint] = {
    "/v1/chat/completions": "chat/completions",
    "/v1/responses": "responses",
    "/v1/embeddings": "embeddings",
}


@dataclass(frozen=True)
class Asked:
    """One request, read."""

    endpoint: Endpoint
    body: dict[str, Any]
    model: str
    messages: tuple[tuple[str, str], ...]
    digest: bytes
    is_retry: bool
    stream: bool
    wants_json: bool = False
    schema: dict[str, Any] | None = None
    strict: bool = False
    max_tokens: int | None = None

    @property
    def writes(self) -> bool:
        """Whether text is wanted, as against vectors."""
        return self.endpoint != "embeddings"

    @property
    def texts(self) -> tuple[str, ...]:
        """The text of every message, in order."""
        return tuple(text for _, text in self.messages)


def read(path: str, raw: bytes, retry_count: str | None) -> Asked:
    """Read a request; `ApiError` 404 for an unknown path, 400 for what the stand-in cannot answer."""
    endpoint = ENDPOINTS.get(path)
    if endpoint is None:
        raise ApiError(404, f"Invalid URL (POST {path})", type="invalid_request_error", code="unknown_url")
    body = _body(raw)
    model = body.get("model")
    if not isinstance(model, str):
        raise invalid_request("you must provide a model parameter", param="model")
    wanted = _json_format(endpoint, body)
    return Asked(
        endpoint=endpoint,
        body=body,
        model=model,
        messages=tuple(_messages(endpoint, body)),
        digest=hashlib.sha256(raw).digest(),
        is_retry=(retry_count or "0") != "0",
        stream=bool(body.get("stream")),
        wants_json=wanted is not None,
        schema=(wanted or {}).get("schema"),
        strict=bool((wanted or {}).get("strict")),
        max_tokens=_max_tokens(body),
    )


def _body(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise invalid_request(f"We could not parse the JSON body of your request: {error}") from None
    if not isinstance(body, dict):
        raise invalid_request("The body of your request must be a JSON object")
    if body.get("n", 1) not in (None, 1):
        raise invalid_request("The stand-in writes one choice: leave `n` out or set it to 1", param="n")
    return body


def _json_format(endpoint: Endpoint, body: dict[str, Any]) -> dict[str, Any] | None:
    """Return name, schema and strictness where JSON is asked for, else None."""
    if endpoint == "responses":
        wanted = (body.get("text") or {}).get("format") or {}
    else:
        wanted = body.get("response_format") or {}
    if wanted.get("type") not in ("json_object", "json_schema"):
        return None
    inner = wanted.get("json_schema")
    return dict(inner if isinstance(inner, dict) else wanted)


def _max_tokens(body: dict[str, Any]) -> int | None:
    limits = (body.get(key) for key in ("max_completion_tokens", "max_output_tokens", "max_tokens"))
    return next((limit for limit in limits if isinstance(limit, int)), None)


def _messages(endpoint: Endpoint, body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield role and text of every message of the prompt."""
    if endpoint == "chat/completions":
        yield from _conversation(body, "messages")
        return
    if isinstance(body.get("instructions"), str):
        yield "developer", body["instructions"]
    if endpoint == "responses":
        yield from _conversation(body, "input")
        return
    content = _required(body, "input")
    yield from (("user", _text(item)) for item in ([content] if isinstance(content, str) else content))


def _conversation(body: dict[str, Any], key: str) -> Iterator[tuple[str, str]]:
    content = _required(body, key)
    if isinstance(content, str):
        yield "user", content
    else:
        yield from map(_message, content)


def _required(body: dict[str, Any], key: str) -> str | list[object]:
    value = body.get(key)
    if not isinstance(value, str | list) or not value:
        raise invalid_request(f"Missing required parameter: '{key}'.", key, "missing_required_parameter")
    return value


def _message(message: object) -> tuple[str, str]:
    if not isinstance(message, dict):
        raise invalid_request("Each message must be an object with a role and content")
    return str(message.get("role", "user")), _text(message.get("content"))


def _text(content: object) -> str:
    """Return the text of a message's content, given as a string or as a list of parts."""
    if isinstance(content, list):
        return "\n".join(_text(part.get("text") if isinstance(part, dict) else part) for part in content)
    return content if isinstance(content, str) else ""
