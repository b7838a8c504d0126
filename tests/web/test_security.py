"""The cases of real advisories that concern reading pages and giving feedback, each by its name."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from spanmart.web import Site
from support.known_calls import OUTLINE
from support.marts import Marts

FEEDBACK = f"/api/ai-interactions/{OUTLINE.id}/feedback"
FORM = f"/admin-dashboard/interactions/{OUTLINE.id}/feedback"
GIVEN = {"user_feedback": "accepted"}


def every_get(client: FlaskClient) -> Iterator[str]:
    for rule in client.application.url_map.iter_rules():
        if rule.methods and "GET" in rule.methods:
            values = {"interaction_id": OUTLINE.id, "filename": "spanmart.css"}
            with client.application.test_request_context():
                yield client.application.url_for(
                    rule.endpoint, **{name: values[name] for name in rule.arguments}
                )


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "localhost.evil.example", "", "[::1", "10.0.0.1"]
)
def test_mlflow_cve_2025_14279_dns_rebinding_a_foreign_host_gets_400(client: FlaskClient, host: str) -> None:
    for path in every_get(client):
        assert client.get(path, headers={"Host": host}).status_code == 400, path
    assert client.post(FEEDBACK, json=GIVEN, headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080", "127.8.8.8"])
def test_loopback_is_answered(client: FlaskClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_a_configured_host_is_answered(marts: Marts) -> None:
    client = marts.app(Site(hosts=frozenset({"Insights.Example"}))).test_client()
    assert client.get("/healthz", headers={"Host": "insights.example:443"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9999", "Host": "localhost:8080"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    ],
)
def test_csrf_a_write_that_another_sites_page_causes_is_refused(
    client: FlaskClient, marts: Marts, headers: dict[str, str]
) -> None:
    before = marts.warehouse.landing.committed_seq
    assert client.post(FEEDBACK, json=GIVEN, headers=headers).status_code == 403
    assert client.post(FORM, data=GIVEN, headers=headers).status_code == 403
    assert marts.warehouse.landing.committed_seq == before


@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, {"Sec-Fetch-Site": "none"}],
)
def test_a_write_of_our_own_page_or_of_a_program_is_taken(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    assert client.post(FEEDBACK, json=GIVEN, headers=headers).status_code == 202


def test_every_answer_tells_the_browser_to_load_only_what_is_ours(client: FlaskClient) -> None:
    for path in (*every_get(client), "/nothing"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        if not path.startswith("/static"):
            assert headers["Cache-Control"] == "no-store", path


@pytest.mark.parametrize(
    "hostile", ["' or '1'='1", "1; drop table interactions; --", "\\", "%' or true --", "\x00", "$q"]
)
def test_litellm_cve_2026_42208_sql_in_a_filter_finds_nothing_and_breaks_nothing(
    client: FlaskClient, hostile: str
) -> None:
    for name in ("q", "model", "user_id", "session_id", "category", "prompt_name", "interaction_type"):
        answer = client.get("/api/ai-interactions", query_string={name: hostile})
        assert (answer.status_code, answer.get_json()["total"]) == (200, 0), name
    assert client.get("/api/ai-interactions", query_string={"sort": hostile}).status_code == 400
    assert client.get("/api/ai-interactions").get_json()["total"] > 0


def test_a_redirect_stays_on_the_site(client: FlaskClient) -> None:
    assert client.get("/").headers["Location"] == "/admin-dashboard?tab=ai-insights"


def test_reading_writes_nothing(marts: Marts) -> None:
    client = marts.app().test_client()
    before = marts.warehouse.landing.committed_seq
    for path in every_get(client):
        client.get(path)
    assert marts.warehouse.landing.committed_seq == before
