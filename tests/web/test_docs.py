"""docs/api.md says everything that the API can do."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from spanmart.warehouse.queries.filters import Filters
from spanmart.warehouse.queries.lists.export import ENCODINGS
from spanmart.warehouse.queries.pagination import SORTABLE
from spanmart.warehouse.storage.feedback_event import Feedback

DOCS = (Path(__file__).parents[2] / "docs" / "api.md").read_text()


@pytest.mark.parametrize("name", [*Filters.model_fields, *Feedback.model_fields, *ENCODINGS, *SORTABLE])
def test_every_filter_field_format_and_sort_is_documented(name: str) -> None:
    assert f"`{name}`" in DOCS or f'"{name}"' in DOCS


def test_every_route_is_documented(client: FlaskClient) -> None:
    for path, operations in client.get("/openapi.json").get_json()["paths"].items():
        for method in operations:
            assert f"`{method.upper()} {path}`" in DOCS
