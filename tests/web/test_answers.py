"""How answers travel: packed for whoever takes that, tagged so that none is sent twice, and not too often."""

import gzip

import pytest
from flask.testing import FlaskClient

from spanmart.web import Site
from support.known_calls import OUTLINE
from support.marts import Marts

API = "/api/ai-interactions"
PACKED = {"Accept-Encoding": "gzip, deflate, br"}
DASHBOARD = "/admin-dashboard?tab=ai-insights"
READS = [
    API,
    f"{API}/metrics",
    f"{API}/failures",
    f"{API}/data-quality-issues",
    f"{API}/{OUTLINE.id}",
    "/api/audit-log",
    "/openapi.json",
    DASHBOARD,
    f"{DASHBOARD}&view=log",
    "/static/spanmart.css",
]


@pytest.mark.parametrize(
    "path", [*READS[:3], "/openapi.json", DASHBOARD, "/static/spanmart.css", f"{API}/export"]
)
def test_an_answer_is_packed_for_whoever_takes_it(client: FlaskClient, path: str) -> None:
    plain, packed = client.get(path), client.get(path, headers=PACKED)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]
    assert len(packed.data) < len(plain.data) / 2
    assert gzip.decompress(packed.data) == plain.data


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "gzip; q=0, *; q=0"])
def test_nobody_gets_what_they_do_not_take(client: FlaskClient, accepted: str) -> None:
    answer = client.get(f"{API}/metrics", headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("path", ["/healthz", f"{API}/export?format=parquet"])
def test_what_is_small_or_packed_already_is_left_alone(client: FlaskClient, path: str) -> None:
    assert "Content-Encoding" not in client.get(path, headers=PACKED).headers


@pytest.mark.parametrize("packed", [{}, PACKED])
@pytest.mark.parametrize("path", READS)
def test_every_read_is_tagged_and_not_sent_again(
    client: FlaskClient, path: str, packed: dict[str, str]
) -> None:
    first = client.get(path, headers=packed)
    assert (first.status_code, first.headers["ETag"][:2]) == (200, "W/") or path.startswith("/static")
    again = client.get(path, headers={**packed, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_tag_is_of_one_caller_alone(marts: Marts) -> None:
    app = marts.app()
    one, other = (
        app.test_client().get(DASHBOARD, environ_base={"REMOTE_ADDR": address}).headers["ETag"]
        for address in ("127.0.0.1", "127.0.0.2")
    )
    assert one != other


def test_more_than_the_limit_is_a_429_that_says_when_to_come_again(marts: Marts) -> None:
    client = marts.app(Site(requests_per_minute=3)).test_client()
    assert [client.get(API).status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = client.get(API)
    assert answer.content_type == "application/problem+json"
    assert 0 < int(answer.headers["Retry-After"]) <= 20
    assert "More than 3 requests in a minute" in answer.get_json()["detail"]
    assert client.get(DASHBOARD).status_code == 429
    assert client.get(API, environ_base={"REMOTE_ADDR": "127.0.0.2"}).status_code == 200
    unknown = {"Authorization": "Bearer unknown"}
    assert client.get(API, headers=unknown).status_code == 429, "guesses of a token count, too"
    assert client.get("/healthz").status_code == 200
    assert client.get("/static/spanmart.css").status_code == 200
