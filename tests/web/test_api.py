"""The seven endpoints: their shapes, their errors, and that they tell what the service tells."""

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

import pytest
from flask.testing import FlaskClient

from spanmart.warehouse import Interactions
from spanmart.web import WebServer
from spanmart.web.api.schemas import Interaction, InteractionItems, InteractionPage, Metrics
from support.known_calls import CALLS, CUT_OFF, OUTLINE, RATE_LIMITED, TONELESS

API = "/api/ai-interactions"


def get(server: WebServer, path: str) -> Any:
    with urllib.request.urlopen(f"http://localhost:{server.port}{path}") as answer:
        assert answer.headers["Content-Type"] == "application/json"
        return json.load(answer, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def test_the_list_has_items_total_and_the_next_cursor(server: WebServer, interactions: Interactions) -> None:
    page = get(server, f"{API}?limit=5&sort=-tokens_used")
    assert set(page) == {"items", "total", "next_cursor"}
    assert page["total"] == len(CALLS)
    assert page == interactions.get_all({}, "-tokens_used", 5)
    following = get(server, f"{API}?limit=5&sort=-tokens_used&cursor={page['next_cursor']}")
    assert not {item["interaction_id"] for item in page["items"]} & {
        item["interaction_id"] for item in following["items"]
    }


def test_metrics_are_the_services(server: WebServer, interactions: Interactions) -> None:
    assert get(server, f"{API}/metrics?status=success") == interactions.get_metrics({"status": "success"})


def test_failures_come_newest_first_with_details(server: WebServer) -> None:
    [item] = get(server, f"{API}/failures")["items"]
    assert item["interaction_id"] == RATE_LIMITED.id
    assert item["http_status"] == 429


def test_data_quality_issues_come_with_the_missing_variables(server: WebServer) -> None:
    [item] = get(server, f"{API}/data-quality-issues?limit=10")["items"]
    assert (item["interaction_id"], item["missing_variables"]) == (TONELESS.id, ["tone"])


def test_one_interaction_is_the_whole_of_it(server: WebServer) -> None:
    found = get(server, f"{API}/{CUT_OFF.id}")
    assert (found["status"], found["finish_reason"], found["ai_response"]) == (
        "partial",
        "length",
        CUT_OFF.answer,
    )


@pytest.mark.parametrize(
    ("path", "model"),
    [
        (f"{API}?limit=500", InteractionPage),
        (f"{API}/metrics", Metrics),
        (f"{API}/metrics?q=nowhere", Metrics),
        (f"{API}/failures", InteractionItems),
        (f"{API}/{OUTLINE.id}", Interaction),
    ],
)
def test_answers_are_as_the_document_says(client: FlaskClient, path: str, model: Any) -> None:
    model.model_validate_json(client.get(path).get_data(), strict=True)


@pytest.mark.parametrize(
    ("format", "media_type"),
    [
        ("csv", "text/csv; charset=utf-8"),
        ("json", "application/json"),
        ("parquet", "application/vnd.apache.parquet"),
    ],
)
def test_an_export_is_streamed_as_a_file(
    server: WebServer, interactions: Interactions, format: Any, media_type: str
) -> None:
    url = f"http://localhost:{server.port}{API}/export?format={format}&interaction_type=training_kit"
    with urllib.request.urlopen(url) as answer:
        assert answer.headers["Content-Type"] == media_type
        assert answer.headers["Content-Disposition"] == f'attachment; filename="ai-interactions.{format}"'
        assert answer.headers["Content-Length"] is None, "its length is not known before its end"
        content = answer.read()
    assert content == b"".join(interactions.export({"interaction_type": "training_kit"}, format))


def test_feedback_is_accepted_as_given(client: FlaskClient) -> None:
    given = {"user_feedback": "accepted", "quality_score": 90}
    answer = client.post(f"{API}/{OUTLINE.id}/feedback", json=given)
    assert answer.status_code == 202
    body = answer.get_json()
    assert body.pop("ingest_seq") > 0
    assert body == {**given, "interaction_id": OUTLINE.id, "comment": None, "final_text": None}


@pytest.mark.parametrize(
    ("query", "parameter", "says"),
    [
        ("staus=failure", "staus", "Allowed: start_date,"),
        ("status=failed", "status", "'success', 'failure' or 'partial'"),
        ("user_feedback=liked", "user_feedback", "'no_feedback'"),
        ("sort=cost", "sort", "-estimated_cost_usd"),
        ("limit=0", "limit", "greater than or equal to 1"),
        ("limit=501", "limit", "less than or equal to 500"),
        ("limit=true", "limit", "not a whole number"),
        ("limit=1_0", "limit", "not a whole number"),
        ("min_quality_score=nan", "min_quality_score", "finite"),
        ("start_date=25.11.2026", "start_date", "ISO 8601"),
        ("start_date=2026-11-25T10:00:00+02:00", "start_date", "%2B"),
        ("model=", "model", "at least 1 character"),
        ("status=failure&status=success", "status", "more than once"),
    ],
)
def test_a_parameter_that_does_not_fit_is_named_with_what_is_allowed(
    client: FlaskClient, query: str, parameter: str, says: str
) -> None:
    answer = client.get(f"{API}?{query}")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    problem = answer.get_json()
    assert problem["status"] == 400
    [fault] = problem["errors"]
    assert fault["parameter"] == parameter
    assert says in fault["message"]
    assert fault["message"] in problem["detail"]


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ("", "body"),
        ("[]", "body"),
        ("{not json", "body"),
        ("{}", "user_feedback"),
        ('{"user_feedback": "no_feedback"}', "user_feedback"),
        ('{"user_feedback": "accepted", "quality_score": true}', "quality_score"),
        ('{"user_feedback": "accepted", "quality_score": "80"}', "quality_score"),
        ('{"user_feedback": "accepted", "quality_score": 100.5}', "quality_score"),
        ('{"user_feedback": "accepted", "quality_score": NaN}', "quality_score"),
        ('{"user_feedback": "accepted", "stars": 5}', "stars"),
    ],
)
def test_feedback_that_does_not_fit_is_refused_and_nothing_lands(
    client: FlaskClient, body: str, parameter: str
) -> None:
    answer = client.post(f"{API}/{OUTLINE.id}/feedback", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert [fault["parameter"] for fault in answer.get_json()["errors"]] == [parameter]


@pytest.mark.parametrize(
    ("method", "path", "status", "says"),
    [
        ("GET", f"{API}/no-such-id", 404, "no-such-id"),
        ("GET", "/api/nothing", 404, "/api/nothing"),
        ("DELETE", f"{API}/metrics", 405, "not allowed"),
        ("GET", f"{API}?cursor=abc", 400, "cursor"),
        ("GET", f"{API}?cursor={'a' * 150}", 409, "next_cursor"),
        ("POST", f"{API}/{OUTLINE.id}/feedback", 415, "application/json"),
    ],
)
def test_every_error_has_the_same_shape(
    client: FlaskClient, method: str, path: str, status: int, says: str
) -> None:
    answer = client.open(path, method=method)
    problem = answer.get_json()
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert {"type", "title", "status", "detail"} <= set(problem)
    assert says in problem["detail"]


def test_feedback_on_an_unknown_id_is_a_404_that_names_it(client: FlaskClient) -> None:
    answer = client.post(f"{API}/nobody-knows/feedback", json={"user_feedback": "accepted"})
    assert answer.status_code == 404
    assert "nobody-knows" in answer.get_json()["detail"]


def test_a_body_beyond_the_bound_is_refused(client: FlaskClient) -> None:
    answer = client.post(
        f"{API}/{OUTLINE.id}/feedback", data=b" " * (5 * 1024 * 1024), content_type="application/json"
    )
    assert (answer.status_code, answer.content_type) == (413, "application/problem+json")
