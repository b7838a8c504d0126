"""MLflow CVE-2026-2652: every route is denied unless somebody shows that they may use it.

The table says what each route takes; a route that is missing from it fails the tests. What the receivers
of OTLP take is in tests/collector/test_who_may_send.py.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from spanmart.warehouse import Scope, Tokens
from spanmart.web import Oidc, Site
from spanmart.web.dashboard.vega import VERSION
from support.callers import RIGHTS, Callers
from support.known_calls import OUTLINE, known_marts, unbuilt_marts
from support.marts import Marts
from support.oidc_provider import provider

ANYBODY = None
API = "/api/ai-interactions"
DASHBOARD = "/admin-dashboard"
TAKES = {
    ("GET", "/static/<path:filename>"): ANYBODY,
    ("GET", f"/static/vega-{VERSION}.js"): ANYBODY,
    ("GET", "/healthz"): ANYBODY,
    ("GET", "/readyz"): ANYBODY,
    ("GET", "/login"): ANYBODY,
    ("POST", "/login"): ANYBODY,
    ("POST", "/logout"): ANYBODY,
    ("GET", "/login/oidc"): ANYBODY,
    ("GET", "/login/oidc/callback"): ANYBODY,
    ("GET", "/openapi.json"): "read",
    ("GET", API): "read",
    ("GET", f"{API}/metrics"): "read",
    ("GET", f"{API}/failures"): "read",
    ("GET", f"{API}/data-quality-issues"): "read",
    ("GET", f"{API}/export"): "read",
    ("GET", f"{API}/<interaction_id>"): "read",
    ("POST", f"{API}/<interaction_id>/feedback"): "judge",
    ("GET", "/api/audit-log"): "administer",
    ("GET", "/"): "read",
    ("GET", DASHBOARD): "read",
    ("GET", f"{DASHBOARD}/fragment"): "read",
    ("GET", f"{DASHBOARD}/interactions/<interaction_id>"): "read",
    ("GET", f"{DASHBOARD}/interactions/<interaction_id>/fragment"): "read",
    ("POST", f"{DASHBOARD}/interactions/<interaction_id>/feedback"): "judge",
    ("GET", f"{DASHBOARD}/account"): "account",
    ("POST", f"{DASHBOARD}/account"): "account",
    ("GET", f"{DASHBOARD}/tokens"): "administer",
    ("POST", f"{DASHBOARD}/tokens"): "administer",
    ("POST", f"{DASHBOARD}/tokens/revoke"): "administer",
    ("GET", f"{DASHBOARD}/accounts"): "administer",
    ("POST", f"{DASHBOARD}/accounts"): "administer",
    ("POST", f"{DASHBOARD}/accounts/role"): "administer",
    ("POST", f"{DASHBOARD}/accounts/password"): "administer",
    ("POST", f"{DASHBOARD}/accounts/remove"): "administer",
    ("GET", f"{DASHBOARD}/audit"): "administer",
}
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marts]:
    """Of its own: its users would have to log in everywhere else."""
    with known_marts(tmp_path_factory.mktemp("guarded")) as built:
        yield built


@pytest.fixture(scope="module")
def callers(marts: Marts) -> Callers:
    return Callers.of(marts.warehouse)


@pytest.fixture(scope="module")
def oidc() -> Iterator[Oidc]:
    with provider() as running:
        yield running.oidc()


@pytest.fixture
def app(marts: Marts, callers: Callers, oidc: Oidc) -> Flask:
    return marts.app(Site(oidc=oidc), tokens=callers.tokens, users=callers.users)


def filled(rule: str) -> str:
    return rule.replace("<interaction_id>", OUTLINE.id).replace("<path:filename>", "spanmart.css")


def test_the_table_has_every_route(app: Flask) -> None:
    routes = {(method, rule.rule) for rule in app.url_map.iter_rules() for method in rule.methods or ()}
    assert {route for route in routes if route[0] not in ("HEAD", "OPTIONS")} == set(TAKES)


@pytest.mark.parametrize("who", RIGHTS)
@pytest.mark.parametrize(("method", "rule"), TAKES)
def test_mlflow_cve_2026_2652_every_route_is_denied_unless_the_table_says_otherwise(
    app: Flask, callers: Callers, method: str, rule: str, who: str
) -> None:
    takes = TAKES[method, rule]
    answer = callers.client(app, who).open(filled(rule), method=method, headers=SAME_ORIGIN)

    if takes is ANYBODY or takes in RIGHTS[who]:
        assert answer.status_code in (200, 302, 303, 400, 415)
        assert not answer.headers.get("Location", "").startswith("/login?")
    elif who != "nobody":
        assert answer.status_code == 403
    elif method == "GET" and not rule.startswith(("/api", "/openapi")) and "fragment" not in rule:
        assert (answer.status_code, answer.headers["Location"][:12]) == (303, "/login?next=")
    else:
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"])
def test_no_other_method_opens_a_route(app: Flask, callers: Callers, method: str) -> None:
    client = callers.client(app, "nobody")
    for (_, rule), takes in TAKES.items():
        if takes is not ANYBODY:
            answer = client.open(filled(rule), method=method)
            assert answer.status_code in (303, 401), (method, rule)


def test_nobody_is_told_which_addresses_there_are(app: Flask, callers: Callers) -> None:
    assert callers.client(app, "nobody").get("/api/nothing").status_code == 401
    assert callers.client(app, "ingest token").get("/api/nothing").status_code == 404


@pytest.fixture(scope="module")
def useless(marts: Marts, callers: Callers) -> dict[str, str]:
    """What is shown → why it is of no use."""
    revoked = callers.tokens.create("revoked", [Scope.READ])[1]
    callers.tokens.revoke("revoked")
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    expired = Tokens(marts.warehouse, lambda: long_ago).create(
        "expired", [Scope.READ], long_ago + timedelta(days=1)
    )[1]
    callers.tokens.create("to read the file anew", [Scope.READ])
    read = callers.secrets["read token"]
    return {
        f"Bearer {revoked}": "is revoked",
        f"Bearer {expired}": "is expired",
        f"Bearer {read[:-8]}00000000": "not known",
        f"Bearer {read}, Bearer {read}": "not known",
        "Bearer": "not known",
        "Bearer ' or '1'='1": "not known",
        "bearer \u00ff": "not known",
    }


def test_litellm_cve_2026_42208_a_token_that_does_not_count_opens_nothing(
    app: Flask, callers: Callers, useless: dict[str, str]
) -> None:
    for shown, why in useless.items():
        for who in ("nobody", "admin"):
            answer = callers.client(app, who).get(API, headers={"Authorization": shown})
            assert answer.status_code == 401, shown
            assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
            assert why in answer.get_json()["detail"]


def test_a_token_without_the_scope_is_told_which_one_it_lacks(app: Flask, callers: Callers) -> None:
    answer = callers.client(app, "ingest token").get(API)

    assert answer.headers["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="read"'
    assert answer.content_type == "application/problem+json"


def test_the_header_of_a_proxy_that_asks_for_a_password_is_no_token(app: Flask, callers: Callers) -> None:
    asked = callers.client(app, "viewer").get(API, headers={"Authorization": "Basic YTpi"})
    assert asked.status_code == 200


def test_a_revoked_token_and_a_removed_user_are_refused_from_the_next_request_on(
    app: Flask, callers: Callers
) -> None:
    _, secret = callers.tokens.create("short-lived", [Scope.READ])
    callers.users.add("leaver", "viewer", "correct horse battery")
    shown = {"Authorization": f"Bearer {secret}"}
    browser = callers.client(app, "leaver")
    assert (app.test_client().get(API, headers=shown).status_code, browser.get(API).status_code) == (200, 200)

    callers.tokens.revoke("short-lived")
    callers.users.remove("leaver")

    assert (app.test_client().get(API, headers=shown).status_code, browser.get(API).status_code) == (401, 401)


def test_phoenix_login_is_off_only_where_there_is_no_user_and_the_site_asks_for_none(
    tmp_path: Path,
) -> None:
    with unbuilt_marts(tmp_path) as alone:
        assert alone.app().test_client().get("/openapi.json").status_code == 200
        asking = alone.app(Site(asks_for_login=True))
        assert asking.test_client().get("/openapi.json").status_code == 401
        Callers.of(alone.warehouse)
        assert alone.app().test_client().get("/openapi.json").status_code == 401


def test_no_secret_is_logged_or_told(
    app: Flask, callers: Callers, useless: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    told = [
        app.test_client().get(path, headers={"Authorization": shown}).get_data(as_text=True)
        for shown in (*useless, *(f"Bearer {secret}" for secret in callers.secrets.values()))
        for path in (API, "/api/nothing", "/admin-dashboard/tokens")
    ]
    hidden = {secret.rpartition("_")[2] for secret in callers.secrets.values()}
    assert [one for one in hidden if one in caplog.text or one in " ".join(told)] == []
