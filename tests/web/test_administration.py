"""What admins do on the pages: tokens, accounts, the audit log; and every user with their own account."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from spanmart.warehouse import AuditLog, Role
from support.callers import PASSWORD, Callers
from support.known_calls import OUTLINE, known_marts, unbuilt_marts
from support.marts import Marts

TOKENS, ACCOUNTS, AUDIT, ACCOUNT = (
    f"/admin-dashboard/{page}" for page in ("tokens", "accounts", "audit", "account")
)
OTHER = "another password"


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marts]:
    with known_marts(tmp_path_factory.mktemp("administered")) as built:
        yield built


@pytest.fixture(scope="module")
def callers(marts: Marts) -> Callers:
    return Callers.of(marts.warehouse)


@pytest.fixture
def app(marts: Marts, callers: Callers) -> Flask:
    return marts.app(tokens=callers.tokens, users=callers.users)


@pytest.fixture
def admin(app: Flask, callers: Callers) -> FlaskClient:
    return callers.client(app, "admin")


def text_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def actions(marts: Marts, count: int) -> list[tuple[str, str, str, str]]:
    return [
        (entry.actor, entry.action, entry.subject, entry.details)
        for entry in AuditLog(marts.warehouse).newest(count)
    ]


def test_a_token_is_shown_once_and_works(admin: FlaskClient, app: Flask) -> None:
    form = {"name": "report", "scope": ["read", "ingest"], "expires": "2999-12-31"}
    made = admin.post(TOKENS, data=form).get_data(as_text=True)
    [secret] = set(re.findall(r"spanmart_[0-9a-f]{8}_[0-9a-f]{64}", made))
    shown = {"Authorization": f"Bearer {secret}"}
    assert app.test_client().get("/api/ai-interactions", headers=shown).status_code == 200
    listed = text_of(admin, TOKENS)
    assert secret not in listed
    assert "2999-12-31" in listed
    prefix = secret.rpartition("_")[0]
    assert admin.post(f"{TOKENS}/revoke", data={"prefix": prefix}).status_code == 303
    assert app.test_client().get("/api/ai-interactions", headers=shown).status_code == 401


@pytest.mark.parametrize(
    ("path", "form", "status", "says"),
    [
        (TOKENS, {"name": "x"}, 409, "at least one scope"),
        (TOKENS, {"name": "read", "scope": "read"}, 409, "already"),
        (TOKENS, {"name": "y", "scope": "root"}, 400, "scope"),
        (TOKENS, {"name": "y", "scope": "read", "expires": "tomorrow"}, 400, "expires"),
        (TOKENS, {"name": "y", "scope": "read", "expires": "2020-01-01"}, 409, "in the past"),
        (f"{TOKENS}/revoke", {"prefix": "spanmart_00000000"}, 409, "no token"),
        (ACCOUNTS, {"name": "VIEWER", "role": "viewer", "password": PASSWORD}, 409, "already"),
        (ACCOUNTS, {"name": "z", "role": "viewer", "password": "short"}, 409, "12 to 1000"),
        (ACCOUNTS, {"name": "z", "role": "root", "password": PASSWORD}, 400, "role"),
        (f"{ACCOUNTS}/remove", {"name": "nobody"}, 409, "no user"),
        (f"{ACCOUNTS}/remove", {"name": "Admin"}, 409, "Your own account"),
        (f"{ACCOUNTS}/role", {"name": "admin", "role": "viewer"}, 409, "Your own account"),
        (f"{ACCOUNTS}/password", {"name": "admin", "password": OTHER}, 409, "Your own account"),
        (ACCOUNT, {"present": "wrong password", "password": OTHER, "again": OTHER}, 409, "present password"),
        (ACCOUNT, {"present": PASSWORD, "password": OTHER, "again": "and not the same"}, 409, "differ"),
        (ACCOUNT, {"present": PASSWORD, "password": "short", "again": "short"}, 409, "12 to 1000"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(
    admin: FlaskClient, marts: Marts, path: str, form: dict[str, str], status: int, says: str
) -> None:
    before = AuditLog(marts.warehouse).newest(1)
    answer = admin.post(path, data=form)
    assert (answer.status_code, says in answer.get_data(as_text=True)) == (status, True)
    assert AuditLog(marts.warehouse).newest(1) == before


def test_users_are_added_changed_and_removed(admin: FlaskClient, callers: Callers, marts: Marts) -> None:
    form = {"name": "grace", "role": "viewer", "password": PASSWORD}
    assert admin.post(ACCOUNTS, data=form).status_code == 303
    assert "grace" in text_of(admin, ACCOUNTS)
    assert admin.post(f"{ACCOUNTS}/role", data={"name": "grace", "role": "admin"}).status_code == 303
    assert admin.post(f"{ACCOUNTS}/password", data={"name": "grace", "password": OTHER}).status_code == 303
    changed = callers.users.check("grace", OTHER)
    assert changed is not None
    assert changed.role == Role.ADMIN
    assert admin.post(f"{ACCOUNTS}/remove", data={"name": "grace"}).status_code == 303
    assert callers.users.find("grace") is None
    assert actions(marts, 4) == [
        ("user admin", "remove user", "grace", ""),
        ("user admin", "set password", "grace", ""),
        ("user admin", "set role", "grace", "viewer → admin"),
        ("user admin", "add user", "grace", "role viewer"),
    ]


def test_a_new_password_keeps_this_session_and_ends_the_others(app: Flask, callers: Callers) -> None:
    callers.users.add("mover", Role.VIEWER, PASSWORD)
    here, elsewhere = callers.client(app, "mover"), callers.client(app, "mover")
    form = {"present": PASSWORD, "password": OTHER, "again": OTHER}
    changed = here.post(ACCOUNT, data=form)
    assert "Your password has changed" in text_of(here, changed.headers["Location"])
    assert elsewhere.get(ACCOUNT).status_code == 303
    assert callers.users.check("mover", OTHER) is not None


def test_feedback_is_in_the_audit_log_whoever_gives_it(app: Flask, callers: Callers, marts: Marts) -> None:
    path = f"/api/ai-interactions/{OUTLINE.id}/feedback"
    callers.client(app, "ingest token").post(path, json={"user_feedback": "accepted"})
    page = f"/admin-dashboard/interactions/{OUTLINE.id}/feedback"
    callers.client(app, "viewer").post(page, data={"user_feedback": "rejected"})
    prefix = callers.secrets["ingest token"].rpartition("_")[0]
    assert actions(marts, 2) == [
        ("user viewer", "give feedback", OUTLINE.id, "rejected"),
        (f"token ingest ({prefix})", "give feedback", OUTLINE.id, "accepted"),
    ]


def test_the_audit_log_is_read_a_page_at_a_time_by_the_api_and_on_the_page(
    admin: FlaskClient, marts: Marts
) -> None:
    first = admin.get("/api/audit-log?limit=2").get_json()
    second = admin.get(f"/api/audit-log?limit=2&before={first['next_before']}").get_json()
    found = [item["entry"] for item in (*first["items"], *second["items"])]
    assert found == [entry.entry for entry in AuditLog(marts.warehouse).newest(4)]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", first["items"][0]["happened_at"])
    assert admin.get("/api/audit-log?before=1").get_json() == {"items": [], "next_before": None}
    assert f"before={first['next_before']}" in text_of(admin, f"{AUDIT}?limit=2")


@pytest.mark.parametrize("view", ["tokens", "accounts", "audit"])
def test_the_dashboard_knows_these_pages_as_views(admin: FlaskClient, view: str) -> None:
    answer = admin.get(f"/admin-dashboard?tab=ai-insights&view={view}")
    assert answer.headers["Location"] == f"/admin-dashboard/{view}"


@pytest.mark.parametrize(
    ("who", "shown"),
    [
        ("viewer", {ACCOUNT, "/logout"}),
        ("admin", {ACCOUNT, "/logout", TOKENS, ACCOUNTS, AUDIT}),
    ],
)
def test_the_menu_offers_what_the_user_may_do(
    app: Flask, callers: Callers, who: str, shown: set[str]
) -> None:
    page = text_of(callers.client(app, who), "/admin-dashboard?tab=ai-insights")
    offered = {path for path in (ACCOUNT, "/logout", TOKENS, ACCOUNTS, AUDIT) if f'"{path}"' in page}
    assert offered == shown


def test_where_nobody_logs_in_the_menu_offers_to_begin_with_it(tmp_path: Path) -> None:
    with unbuilt_marts(tmp_path) as marts:
        client = marts.app().test_client()
        assert f'"{ACCOUNTS}"' in text_of(client, AUDIT)
        assert client.get(ACCOUNT).status_code == 403
        form = {"name": "ada", "role": "admin", "password": PASSWORD}
        assert client.post(ACCOUNTS, data=form).status_code == 303
        assert client.get(ACCOUNTS).headers["Location"].startswith("/login")
        assert actions(marts, 1) == [("this machine", "add user", "ada", "role admin")]


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '" onfocus="alert(1)'])
def test_hostile_names_are_shown_as_what_they_are(admin: FlaskClient, callers: Callers, name: str) -> None:
    callers.tokens.create(name, ["read"])  # type: ignore[list-item]
    callers.users.add(name, Role.VIEWER, PASSWORD)
    for path in (TOKENS, ACCOUNTS, AUDIT):
        page = text_of(admin, path)
        assert "<script>alert" not in page
        assert 'onfocus="alert' not in page
    callers.users.remove(name)
    callers.tokens.revoke(name)
