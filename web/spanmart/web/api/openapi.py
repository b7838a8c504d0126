"""The OpenAPI document at /openapi.json, made from the classes that check the requests."""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from functools import wraps
from http import HTTPStatus
from typing import Any, ParamSpec

from flask import Blueprint, Response
from pydantic import BaseModel
from spectree import Response as Answers
from spectree import SpecTree

from spanmart.warehouse.queries.lists.export import ENCODINGS
from spanmart.web.http.errors import Problem
from spanmart.web.http.responses import json_response

blueprint = Blueprint("document", __name__)

P = ParamSpec("P")

SECURITY_SCHEMES: dict[str, Any] = {
    "token": {"type": "http", "scheme": "bearer", "description": "As `spanmart token create` makes it."},
    "session": {"type": "apiKey", "in": "cookie", "name": "spanmart", "description": "As the login sets it."},
}
INTERACTION_ID = "^[0-9a-f]{32}-[0-9a-f]{16}$"

# Only documents: requests are checked in `parameters`, whose answers name what is wrong in our own words.
# No page templates: spectree's load scripts from elsewhere.
spec = SpecTree(
    "flask",
    title="spanmart",
    description="Interactions with language models: their log, metrics, failures, data quality and feedback.",
    version="1",
    mode="strict",
    annotations=False,
    page_templates={},
    validation_error_status=400,
    validation_error_model=Problem,
    naming_strategy=lambda model: model.__name__,
    nested_naming_strategy=lambda _parent, child: child,
)


def document(
    *,
    resp: Answers,
    tags: Sequence[str],
    query: type[BaseModel] | None = None,
    json: type[BaseModel] | None = None,
) -> Callable[[Callable[P, Response]], Callable[P, Response]]:
    """Describe a view in the document, and leave its requests and answers alone.

    spectree's own wrapper reads every answer whole, which an export of any size must not be.
    """

    def decorate(view: Callable[P, Response]) -> Callable[P, Response]:
        described = spec.validate(query=query, json=json, resp=resp, tags=tags, skip_validation=True)(view)

        @wraps(described)
        def call(*args: P.args, **kwargs: P.kwargs) -> Response:
            return view(*args, **kwargs)

        return call

    return decorate


@blueprint.get("/openapi.json")
def openapi_json() -> Response:
    """Send the document."""
    return json_response(_document())


def _document() -> dict[str, Any]:
    document: dict[str, Any] = deepcopy(spec.spec)
    for path, operation in _operations(document):
        for status, answer in operation["responses"].items():
            content = answer.get("content", {})
            if status.startswith(("4", "5")) and path.startswith("/api"):
                answer["content"] = {"application/problem+json": next(iter(content.values()))}
        for parameter in operation["parameters"]:
            # So that nobody takes another route, such as `export`, for an id.
            if parameter["in"] == "path":
                parameter["schema"]["pattern"] = INTERACTION_ID
            # Not given is not null: there is no way to write null in a query.
            if parameter["schema"].get("default", ...) is None:
                del parameter["schema"]["default"]
        if path.startswith("/api"):
            operation["security"] = [{name: []} for name in SECURITY_SCHEMES]
            operation["responses"] |= _answers_of_the_door()
        if path.endswith("/export"):
            # Any of the columns, as `columns` has them.
            whole = document["components"]["schemas"]["Interaction"]
            record = {name: value for name, value in whole.items() if name != "required"}
            operation["responses"]["200"]["content"] = {
                encoding.media_type: {"schema": {"type": "string", "format": "binary"}}
                for encoding in ENCODINGS.values()
            } | {"application/json": {"schema": {"type": "array", "items": record}}}
    document["components"]["securitySchemes"] = SECURITY_SCHEMES
    return document


def _answers_of_the_door() -> dict[str, Any]:
    """What is answered before a view is asked."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        str(status.value): {"description": description, "content": content}
        for status, description in (
            (HTTPStatus.UNAUTHORIZED, "Nobody has said who asks, or wrongly."),
            (HTTPStatus.FORBIDDEN, "The token or user may not do this."),
            (HTTPStatus.TOO_MANY_REQUESTS, "More than the limit; Retry-After says when to come again."),
        )
    }


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            yield path, operation
