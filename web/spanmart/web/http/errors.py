"""Errors as people and programs meet them: a page, or application/problem+json under /api."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask, Response, render_template, request
from pydantic import BaseModel, Field
from werkzeug.exceptions import HTTPException

from spanmart.warehouse.errors import LandingError, TokenError, UserError
from spanmart.warehouse.queries.errors import InvalidCursor, MartsNotBuilt, MemoryShort, UnknownInteraction
from spanmart.web.services import services

RETRY_AFTER_S = 2
FOR_PROGRAMS = ("/api", "/healthz", "/readyz", "/openapi.json")


class Fault(BaseModel):
    """One parameter or field that does not fit."""

    parameter: str = Field(description="Its name.")
    message: str = Field(description="What is wrong with it, and what is allowed.")


class Problem(BaseModel):
    """An error as RFC 9457 describes it."""

    type: str = Field(default="about:blank", description="Always about:blank: the status says the kind.")
    title: str = Field(description="The kind of error.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What is wrong, and what to do next.")
    errors: list[Fault] | None = Field(default=None, description="Each parameter that does not fit.")


class InvalidRequest(Exception):
    """Parameters or fields that do not fit; answered with 400."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(" ".join(fault.message for fault in faults))
        self.faults = list(faults)


class Unauthenticated(Exception):
    """Nobody has said who asks, or wrongly; answered with 401. `challenge` says what to show."""

    def __init__(self, message: str, challenge: str = "Bearer") -> None:
        super().__init__(message)
        self.challenge = challenge


class Forbidden(Exception):
    """What the caller may not do, or another site's page may have caused; answered with 403."""

    def __init__(self, message: str, challenge: str | None = None) -> None:
        super().__init__(message)
        self.challenge = challenge


class TooManyRequests(Exception):
    """More than a limit allows; answered with 429, and in how many seconds to come again."""

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ForeignHost(Exception):
    """A Host header that does not name this server; answered with 400."""


def answer_errors(app: Flask) -> None:
    """Register an answer for everything that a request can raise."""
    for kind, status, title in (
        (InvalidRequest, 400, "Invalid request"),
        (InvalidCursor, 409, "Cursor of another list"),
        (ForeignHost, 400, "Unknown host"),
        (Unauthenticated, 401, "Who are you?"),
        (Forbidden, 403, "Refused"),
        (TooManyRequests, 429, "Too many requests"),
        (TokenError, 409, "Not changed"),
        (UserError, 409, "Not changed"),
        (UnknownInteraction, 404, "Unknown interaction"),
        (LandingError, 503, "Not stored"),
        (MartsNotBuilt, 503, "Being built"),
        (MemoryShort, 503, "Busy"),
    ):
        app.register_error_handler(kind, _Answer(status, title))
    app.register_error_handler(HTTPException, _answer_http)


class _Answer:
    def __init__(self, status: int, title: str) -> None:
        self._status = status
        self._title = title

    def __call__(self, error: Exception) -> Response:
        faults = error.faults if isinstance(error, InvalidRequest) else None
        problem = Problem(title=self._title, status=self._status, detail=str(error), errors=faults)
        return _respond(problem, self._headers(error), building=isinstance(error, MartsNotBuilt))

    def _headers(self, error: Exception) -> dict[str, str]:
        if self._status in (429, 503):
            return {"Retry-After": str(getattr(error, "retry_after_s", RETRY_AFTER_S))}
        challenge = getattr(error, "challenge", None)
        return {"WWW-Authenticate": challenge} if challenge else {}


def _answer_http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return Response(error.get_body(), error.code, error.get_headers())
    detail = error.description or ""
    if error.code == 404:
        detail = f"There is nothing at {request.path}."
    if error.code == 500:
        detail = "Something went wrong here, not in the request. The log of spanmart says what."
    headers = {
        name: value for name, value in error.get_headers() if name not in ("Content-Type", "Content-Length")
    }
    return _respond(Problem(title=error.name, status=error.code, detail=detail), headers)


def _respond(problem: Problem, headers: Mapping[str, str], *, building: bool = False) -> Response:
    if not request.path.startswith(FOR_PROGRAMS):
        template = "building.html" if building else "problem.html"
        return Response(
            render_template(template, problem=problem, status=services().status), problem.status, headers
        )
    body: dict[str, Any] = problem.model_dump(exclude_none=True)
    return Response(
        json.dumps(body, ensure_ascii=False), problem.status, headers, content_type="application/problem+json"
    )
