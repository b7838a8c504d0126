"""What an exception out of the OpenAI client says: message, code, HTTP status, retries, stack trace."""

import traceback
from dataclasses import dataclass
from types import FrameType
from typing import Any

from spanmart.instrumentation.values import fields

_CALLERS = 30  # frames of the app above the call that are kept in a stack trace


@dataclass(frozen=True, slots=True)
class ErrorFacts:
    """An exception as recorded: `message` is OpenAI's own where there is one, `text` is `str(error)`."""

    type: str
    message: str
    text: str
    code: str | None
    http_status: int | None
    request_id: str | None
    retries: int | None


def error_facts(error: BaseException) -> ErrorFacts:
    """Read an exception; nothing about it is taken for granted, because it may be the app's own."""
    text = _text(error)
    body = fields(_attribute(error, "body"))
    body = fields(body.get("error")) or body
    said = body.get("message")
    code = _attribute(error, "code") or body.get("code")
    response = _attribute(error, "response")
    return ErrorFacts(
        type=type_name(error),
        message=said if isinstance(said, str) and said else text,
        text=text,
        code=str(code) if isinstance(code, (str, int)) else None,
        http_status=_int(_attribute(error, "status_code")),
        request_id=_header(response, "x-request-id"),
        retries=retry_count(_attribute(error, "request") or _attribute(response, "request")),
    )


def type_name(error: BaseException) -> str:
    """The exception's class as a program would write it, for example `openai.RateLimitError`."""
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def retry_count(request: object) -> int | None:
    """How often the client had tried before: it counts in a header of the request."""
    count = _header(request, "x-stainless-retry-count")
    return int(count) if count and count.isdigit() else None


def stack_trace(error: BaseException, caller: FrameType | None) -> str:
    """The traceback with the app's own frames above it, which the exception has not passed through yet."""
    trace = traceback.TracebackException.from_exception(error)
    if caller is not None:
        callers = traceback.StackSummary.extract(traceback.walk_stack(caller), limit=_CALLERS)
        trace.stack[:0] = reversed(callers)
    return "".join(trace.format())


def _attribute(owner: object, name: str) -> Any:
    """An attribute, if there is one and reading it does not raise, as `request` of httpx's exceptions can."""
    try:
        return getattr(owner, name, None)
    except Exception:
        return None


def _header(message: Any, name: str) -> str | None:
    headers = _attribute(message, "headers")
    value = headers.get(name) if headers is not None else None
    return value if isinstance(value, str) else None


def _text(error: BaseException) -> str:
    try:
        return str(error) or type_name(error)
    except Exception:
        return type_name(error)


def _int(value: object) -> int | None:
    return value if isinstance(value, int) else None
