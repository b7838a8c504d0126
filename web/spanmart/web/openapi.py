"""The OpenAPI document at /openapi.json, made from the classes that check the requests."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, current_app
from spectree import SpecTree

from spanmart.warehouse.reports.export import ENCODINGS
from spanmart.web.errors import Problem
from spanmart.web.responses import json_response

blueprint = Blueprint("document", __name__)

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


@blueprint.get("/openapi.json")
def openapi_json() -> Response:
    """Send the document."""
    return json_response(current_app.extensions.setdefault("openapi", _document()))


def _document() -> dict[str, Any]:
    document: dict[str, Any] = spec.spec
    for path, operation in _operations(document):
        for status, answer in operation["responses"].items():
            content = answer.get("content", {})
            if status.startswith(("4", "5")) and path.startswith("/api"):
                answer["content"] = {"application/problem+json": next(iter(content.values()))}
        if path.endswith("/export"):
            operation["responses"]["200"]["content"] = {
                encoding.media_type: {"schema": {"type": "string", "format": "binary"}}
                for encoding in ENCODINGS.values()
            }
    return document


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            yield path, operation
