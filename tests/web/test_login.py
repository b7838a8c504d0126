"""Logging in and out, and what the cookie of a session is worth."""

from collections.abc import Iterator
from http.cookies import Morsel, SimpleCookie
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from spanmart.warehouse import AuditLog, Role
from spanmart.warehouse.refresh import RefreshStatus
from spanmart.web import Site
from spanmart.web.auth.login import HOME
from spanmart.web.login_attempts import FOR_ONE_NAME_FROM_ONE_ADDRESS
from support.callers import PASSWORD, Callers
from support.known_calls import unbuilt_marts
from support.marts import Marts

TARGET = "/admin-dashboard?tab=ai-insights&view=log&q=%C3%BC"


@pytest.fixture
def marts(tmp_path: Path) -> Iterator[Marts]:
    with unbuilt_marts(tmp_path) as empty:
        yield empty


@pytest.fixture
def callers(marts: Marts) -> Callers:
    return Callers.of(marts.warehouse)


@pytest.fixture
def app(marts: Marts, callers: Callers) -> Flask:
    return marts.app(tokens=callers.tokens, users=callers.users)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def log_in(
    client: FlaskClient, name: str = "viewer", password: str = PASSWORD, **more: str
) -> tuple[int, str]:
    answer = client.post("/login", data={"name": name, "password": password, **more})
    return answer.status_code, answer.headers.get("Location", "")


def is_let_in(client: FlaskClient) -> bool:
    return client.get("/readyz").status_code == 503 and client.get("/openapi.json").status_code == 200


def cookie_set_by(client: FlaskClient) -> Morsel[str]:
    answer = client.post(
        "/login", data={"name": "viewer", "password": PASSWORD}, base_url="https://localhost"
    )
    [morsel] = SimpleCookie(answer.headers["Set-Cookie"]).values()
    return morsel


def test_a_page_leads_to_the_login_and_the_login_back_to_it(client: FlaskClient) -> None:
    asked = client.get(TARGET)
    assert (asked.status_code, asked.headers["Location"]) == (303, f"/login?next={quote(TARGET, safe='')}")
    form = client.get(asked.headers["Location"])
    assert TARGET.replace("&", "&amp;") in form.get_data(as_text=True)
    assert log_in(client, next=TARGET) == (303, TARGET)
    assert is_let_in(client)
    assert client.get("/login").status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "admin-dashboard",
        "/a\r\nSet-Cookie: x=y",
        "",
    ],
)
def test_a_login_leads_nowhere_but_within_the_site(client: FlaskClient, target: str) -> None:
    assert log_in(client, next=target) == (303, HOME)
    assert client.get("/login", query_string={"next": target}).headers["Location"] == HOME


@pytest.mark.parametrize(
    ("name", "password"), [("viewer", "wrong horse battery"), ("nobody", PASSWORD), ("viewer", "x" * 5000)]
)
def test_a_wrong_name_and_a_wrong_password_are_told_in_the_same_words(
    client: FlaskClient, name: str, password: str
) -> None:
    answer = client.post("/login", data={"name": name, "password": password})
    assert answer.status_code == 401
    assert "That is not the name and password of a user here." in answer.get_data(as_text=True)
    assert "Set-Cookie" not in answer.headers
    assert not is_let_in(client)


@pytest.mark.parametrize(
    "data", [{}, {"name": "viewer"}, {"name": "viewer", "password": PASSWORD, "role": "admin"}]
)
def test_a_form_that_is_none_of_ours_is_a_400(client: FlaskClient, data: dict[str, str]) -> None:
    assert client.post("/login", data=data).status_code == 400


def test_guessing_is_slowed_down_whatever_the_password(client: FlaskClient) -> None:
    for _ in range(FOR_ONE_NAME_FROM_ONE_ADDRESS):
        assert log_in(client, password="a wrong password")[0] == 401
    answer = client.post("/login", data={"name": "VIEWER", "password": PASSWORD})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert log_in(client, "admin")[0] == 303, "others can log in"


def test_a_login_that_succeeds_gives_its_attempts_back(client: FlaskClient) -> None:
    for _ in range(3 * FOR_ONE_NAME_FROM_ONE_ADDRESS):
        assert log_in(client)[0] == 303


def test_behind_a_proxy_its_clients_are_told_apart(marts: Marts, callers: Callers) -> None:
    client = marts.app(Site(behind_proxy=True), users=callers.users).test_client()

    def status(address: str, password: str) -> int:
        form = {"name": "viewer", "password": password}
        return client.post(
            "/login", data=form, headers={"X-Forwarded-For": f"1.2.3.4, {address}"}
        ).status_code

    for _ in range(FOR_ONE_NAME_FROM_ONE_ADDRESS):
        assert status("192.0.2.7", "a wrong password") == 401
    assert (status("192.0.2.7", PASSWORD), status("192.0.2.8", PASSWORD)) == (429, 303)
    assert AuditLog(marts.warehouse).newest(1)[0].address == "192.0.2.8"


def test_without_a_proxy_nobody_says_where_a_request_comes_from(client: FlaskClient, marts: Marts) -> None:
    form = {"name": "viewer", "password": PASSWORD}
    client.post("/login", data=form, headers={"X-Forwarded-For": "192.0.2.8"})
    assert AuditLog(marts.warehouse).newest(1)[0].address == "127.0.0.1"


def test_the_cookie_is_for_this_site_and_not_for_scripts(client: FlaskClient) -> None:
    cookie = cookie_set_by(client)
    assert (cookie.key, cookie["path"], cookie["domain"]) == ("spanmart", "/", "")
    assert (bool(cookie["httponly"]), cookie["samesite"], bool(cookie["secure"])) == (True, "Lax", False)
    assert cookie["expires"]


def test_over_https_the_cookie_is_bound_to_the_host_and_browsers_stay_with_https(
    marts: Marts, callers: Callers
) -> None:
    client = marts.app(Site(https=True), users=callers.users).test_client()
    cookie = cookie_set_by(client)
    assert (cookie.key, cookie["path"], cookie["domain"]) == ("__Host-spanmart", "/", "")
    assert (bool(cookie["httponly"]), bool(cookie["secure"])) == (True, True)
    assert client.get("/healthz").headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_cookie_that_was_altered_or_signed_elsewhere_is_worth_nothing(
    app: Flask, callers: Callers, tmp_path: Path
) -> None:
    signed = f"spanmart={callers.cookies(app, 'admin')['spanmart']}"
    client = app.test_client(use_cookies=False)
    assert client.get("/openapi.json", headers={"Cookie": signed}).status_code == 200
    with unbuilt_marts(tmp_path / "another") as other:
        elsewhere = Callers.of(other.warehouse).cookies(other.app(), "admin")["spanmart"]
    altered = signed[:-2] + ("AA" if signed[-2:] != "AA" else "BB")
    for worthless in (altered, f"spanmart={elsewhere}", "spanmart="):
        headers = {"Cookie": worthless}
        assert client.get("/openapi.json", headers=headers).status_code == 401, worthless


def test_logging_out_ends_the_session_everywhere(app: Flask, callers: Callers) -> None:
    here, elsewhere, other = app.test_client(), app.test_client(), app.test_client()
    for client in (here, elsewhere):
        log_in(client)
    log_in(other, "admin")
    assert here.post("/logout").headers["Location"] == "/login"
    assert [is_let_in(client) for client in (here, elsewhere, other)] == [False, False, True]


@pytest.mark.parametrize(
    "change",
    [
        lambda users: users.set_password("viewer", "another password"),
        lambda users: users.set_role("viewer", Role.ADMIN),
        lambda users: users.remove("viewer"),
    ],
)
def test_a_session_ends_with_its_users_password_role_or_account(
    client: FlaskClient, callers: Callers, change: object
) -> None:
    log_in(client)
    assert is_let_in(client)
    change(callers.users)  # type: ignore[operator]
    assert not is_let_in(client)


def test_sessions_outlive_a_restart(marts: Marts, client: FlaskClient, app: Flask) -> None:
    log_in(client)
    cookie = client.get_cookie("spanmart")
    assert cookie
    again = marts.app().test_client()
    again.set_cookie("spanmart", cookie.value)
    assert is_let_in(again)


def test_a_login_and_a_logout_are_in_the_audit_log(client: FlaskClient, marts: Marts) -> None:
    log_in(client)
    client.post("/logout")
    assert [(entry.actor, entry.action, entry.address) for entry in AuditLog(marts.warehouse).newest(2)] == [
        ("user viewer", "log out", "127.0.0.1"),
        ("user viewer", "log in", "127.0.0.1"),
    ]


@pytest.mark.parametrize("path", ["/login", "/logout"])
@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_csrf_no_other_site_logs_anybody_in_or_out(
    client: FlaskClient, path: str, headers: dict[str, str]
) -> None:
    log_in(client)
    form = {"name": "admin", "password": PASSWORD}
    assert client.post(path, data=form, headers=headers).status_code == 403
    assert is_let_in(client)


def test_what_is_shown_to_one_is_kept_for_nobody_else(client: FlaskClient) -> None:
    log_in(client)
    for path in ("/", "/login", TARGET, "/api/ai-interactions", "/healthz"):
        headers = client.get(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert {"Cookie", "Authorization"} <= {name.strip() for name in headers["Vary"].split(",")}


def test_readyz_tells_strangers_nothing_of_what_failed(
    client: FlaskClient, marts: Marts, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = RefreshStatus(error="Conversion Error: 'a prompt'")
    monkeypatch.setattr(type(marts.refresher), "status", failed)
    assert client.get("/readyz").get_json()["error"] is None
    log_in(client)
    assert client.get("/readyz").get_json()["error"] == "Conversion Error: 'a prompt'"


def test_no_password_is_logged(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    log_in(client, "a name that may be a password", "a wrong password")
    log_in(client)
    assert "a login from 127.0.0.1 failed" in caplog.text
    assert not [one for one in (PASSWORD, "wrong password", "may be a password") if one in caplog.text]
