"""What an exception out of the OpenAI client says: message, code, HTTP status, retries, stack trace."""

import os
import re
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from spanmart.instrumentation.values import fields

_CALLERS = 30  # frames of the app above the call that are kept in a stack trace
_INPUT = re.compile(r"\n {2}(?! ).*?\[type=([\w.]+), input_value=.*?, input_type=[\w.]+\]", re.DOTALL)


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


def error_facts(error: BaseException, hide_input: bool) -> ErrorFacts:
    """Read an exception; nothing about it is taken for granted, because it may be the app's own.

    `hide_input` leaves out what a validation error quotes of the answer, cut in the middle as it is.
    """
    text = _strip_input(_text(error), error) if hide_input else _text(error)
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


def stack_trace(error: BaseException, caller: FrameType | None, hide_input: bool) -> str:
    """The traceback with the app's own frames above it, which the exception has not passed through yet."""
    trace = traceback.TracebackException.from_exception(error)
    if caller is not None:
        callers = traceback.StackSummary.extract(traceback.walk_stack(caller), limit=_CALLERS)
        trace.stack[:0] = reversed(callers)
    text = _strip_folders("".join(trace.format()))
    return _strip_input(text, error) if hide_input else text


def _strip_folders(trace: str) -> str:
    """Files as Python imports them: where they are on this host, and whose folder that is, is not told."""
    folders = {os.path.realpath(folder or ".") for folder in sys.path} | {*sys.path} - {""}
    for folder in sorted(folders, key=len, reverse=True):
        trace = trace.replace(f'File "{folder.rstrip(os.sep)}{os.sep}', 'File "')
    return trace.replace(f'File "{Path.home()}{os.sep}', f'File "~{os.sep}')


def _strip_input(text: str, error: BaseException) -> str:
    """`text` without the input that validation errors in the chain of `error` quote."""
    for raised in _chain(error):
        if type(raised).__name__ == "ValidationError":
            said = _text(raised)
            text = text.replace(said, _INPUT.sub(r"\n  [type=\1]", said))
    return text


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


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
