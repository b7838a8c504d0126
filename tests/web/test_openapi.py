"""The OpenAPI document is true to the code."""

import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings

from spanmart.warehouse.filters import Filters
from support.known_calls import Marts

CASES_AN_OPERATION = 25


def test_every_generated_case_is_answered_as_the_document_says(marts: Marts) -> None:
    document = schemathesis.openapi.from_wsgi("/openapi.json", marts.app())
    operations = [found.ok() for found in document.get_all_operations()]
    assert len(operations) == 9
    for operation in operations:

        @settings(max_examples=CASES_AN_OPERATION, suppress_health_check=list(HealthCheck), deadline=None)
        @given(case=operation.as_strategy())
        def check(case: schemathesis.Case) -> None:
            case.call_and_validate(headers={"Host": "localhost"})

        check()


def test_every_filter_is_documented_wherever_interactions_are_chosen(client: FlaskClient) -> None:
    paths = client.get("/openapi.json").get_json()["paths"]
    for path in ("", "/metrics", "/failures", "/data-quality-issues", "/export"):
        parameters = paths[f"/api/ai-interactions{path}"]["get"]["parameters"]
        assert set(Filters.model_fields) <= {parameter["name"] for parameter in parameters}


def test_every_route_of_the_api_is_in_the_document(client: FlaskClient) -> None:
    paths = client.get("/openapi.json").get_json()["paths"]
    routes = {
        rule.rule.replace("<", "{").replace(">", "}")
        for rule in client.application.url_map.iter_rules()
        if rule.rule.startswith("/api")
    }
    assert routes <= set(paths)
