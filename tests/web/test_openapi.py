"""The OpenAPI document is true to the code, whoever asks.

`SPANMART_OPENAPI_CASES=2000 pytest tests/web/test_openapi.py`: so many for each operation and caller.
"""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import ignored_auth

from spanmart.warehouse.queries.filters import Filters
from spanmart.web import Site
from support.callers import RIGHTS, Callers
from support.known_calls import known_marts
from support.marts import Marts

CASES = int(os.environ.get("SPANMART_OPENAPI_CASES", "10"))
PLAIN = {"Host": "localhost", "Accept-Encoding": "identity"}
UNHURRIED = Site(requests_per_minute=1e9)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Callers]]:
    with known_marts(tmp_path_factory.mktemp("guarded")) as marts:
        callers = Callers.of(marts.warehouse)
        yield marts.app(UNHURRIED, tokens=callers.tokens, users=callers.users), callers


@pytest.mark.parametrize("who", RIGHTS)
def test_every_generated_case_is_answered_as_the_document_says(
    guarded: tuple[Flask, Callers], who: str
) -> None:
    app, callers = guarded
    headers, cookies = {**PLAIN, **callers.headers(who)}, callers.cookies(app, who)
    # A cookie of ours is taken there for one that was made up.
    excluded = [ignored_auth] if cookies else []
    document = schemathesis.openapi.from_wsgi(
        "/openapi.json", app, headers={**PLAIN, **callers.headers("read token")}
    )
    operations = [found.ok() for found in document.get_all_operations()]
    assert len(operations) == 10
    answered = Counter[int]()
    for operation in operations:

        @settings(max_examples=CASES, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def check(case: schemathesis.Case) -> None:
            if cookies:  # a token that was made up would decide alone
                (case.headers or {}).pop("Authorization", None)
            answer = case.call_and_validate(headers=headers, cookies=cookies, excluded_checks=excluded)
            answered[answer.status_code] += 1

        check()
    assert (401 in answered) == (who == "nobody"), answered
    assert (403 in answered) == (who in ("ingest token", "read token", "admin token", "viewer")), answered


def test_without_a_login_every_generated_case_is_answered_as_the_document_says(marts: Marts) -> None:
    document = schemathesis.openapi.from_wsgi("/openapi.json", marts.app(UNHURRIED), headers=PLAIN)
    for found in document.get_all_operations():
        operation = found.ok()

        @settings(max_examples=CASES, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def check(case: schemathesis.Case) -> None:
            # Nobody need log in here, so that a case without a token is answered too.
            case.call_and_validate(headers=PLAIN, excluded_checks=[ignored_auth])

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


def test_every_operation_of_the_api_says_what_to_show_and_what_the_door_answers(client: FlaskClient) -> None:
    paths: dict[str, Any] = client.get("/openapi.json").get_json()["paths"]
    for path, operations in paths.items():
        for operation in operations.values():
            if path.startswith("/api"):
                assert operation["security"] == [{"token": []}, {"session": []}]
                assert {"401", "403", "429"} <= set(operation["responses"])
