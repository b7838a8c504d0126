"""Logging in through an OpenID Connect provider: who gets in, and every way in which that is refused."""

import hmac
import json
import re
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from html import unescape
from http.client import HTTPConnection
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from spanmart.warehouse import AuditLog, Role, Users
from spanmart.web import Oidc, Site
from spanmart.web.auth.login import HOME
from spanmart.web.login_attempts import FROM_ONE_ADDRESS
from support.callers import PASSWORD
from support.known_calls import unbuilt_marts
from support.marts import Marts
from support.oidc_provider import ADA, CLIENT_ID, CLIENT_SECRET, Provider, provider, signed

TARGET = "/admin-dashboard?tab=ai-insights&view=log&q=%C3%BC"
NAME = "ada@example.com"
LEEWAY_S = 120

Claims = dict[str, Any]


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with provider() as made:
        yield made


@pytest.fixture
def login(running: Provider) -> Provider:
    """The provider, which sends what it should until a test says otherwise."""
    running.claims, running.sign = dict(ADA), None
    return running


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marts]:
    with unbuilt_marts(tmp_path_factory.mktemp("warehouse")) as empty:
        yield empty


@pytest.fixture(scope="module")
def users(marts: Marts) -> Users:
    """Those of all tests; one that changes a user has its own."""
    users = Users(marts.warehouse)
    users.add("admin", Role.ADMIN, PASSWORD)
    users.add(NAME, Role.VIEWER, PASSWORD)
    return users


@pytest.fixture
def browser(marts: Marts, users: Users) -> Callable[..., FlaskClient]:
    """A browser of a site that has the provider."""

    def browse(oidc: Oidc, **site: Any) -> FlaskClient:
        return marts.app(Site(oidc=oidc, **site), users=users).test_client()

    return browse


@pytest.fixture
def client(browser: Callable[..., FlaskClient], login: Provider) -> FlaskClient:
    return browser(login.oidc())


def led_there(client: FlaskClient, target: str = HOME) -> str:
    """The address at the provider that the link of the login page leads to."""
    page = client.get("/login", query_string={"next": target}).get_data(as_text=True)
    [link] = re.findall('href="(/login/oidc[^"]*)"', page)
    return client.get(unescape(link)).headers["Location"]


def led_back(address: str) -> str:
    """The address here that the provider leads to."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc)
    connection.request("GET", f"{parts.path}?{parts.query}")
    location = connection.getresponse().headers["Location"]
    connection.close()
    return location


def log_in(client: FlaskClient, target: str = HOME) -> TestResponse:
    return client.get(led_back(led_there(client, target)))


def is_let_in(client: FlaskClient) -> bool:
    return client.get("/openapi.json").status_code == 200


def assert_refused(client: FlaskClient, answer: TestResponse, status: int, said: str) -> None:
    page = answer.get_data(as_text=True)
    assert (answer.status_code, said in page, 'type="password"' in page) == (status, True, True)
    assert not is_let_in(client)


def assert_a_password_does(client: FlaskClient) -> None:
    client.post("/login", data={"name": NAME, "password": PASSWORD})
    assert is_let_in(client)


def test_the_login_leads_to_the_provider_and_from_there_to_where_one_wanted_to_go(
    client: FlaskClient, login: Provider
) -> None:
    page = client.get("/login").get_data(as_text=True)
    assert f"Sign in with {urlsplit(login.issuer).netloc}" in page
    answer = log_in(client, TARGET)
    assert (answer.status_code, answer.headers["Location"]) == (303, TARGET)
    assert is_let_in(client)
    assert client.get("/login/oidc", query_string={"next": TARGET}).headers["Location"] == TARGET


def test_it_is_in_the_audit_log_as_a_login_by_password_is(client: FlaskClient, marts: Marts) -> None:
    log_in(client)
    client.post("/logout")
    assert not is_let_in(client)
    assert [(entry.actor, entry.action, entry.address) for entry in AuditLog(marts.warehouse).newest(2)] == [
        (f"user {NAME}", "log out", "127.0.0.1"),
        (f"user {NAME}", "log in", "127.0.0.1"),
    ]


def test_nothing_of_the_session_before_outlives_the_login(client: FlaskClient) -> None:
    there = led_there(client)
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    client.get(led_back(there))
    with client.session_transaction() as session:
        assert set(session) == {"user", "stamp", "_permanent"}


def test_the_role_is_the_one_that_is_given_here(client: FlaskClient, users: Users, login: Provider) -> None:
    login.claims |= {"email": "grown@example.com", "role": "admin", "groups": ["admin"]}
    users.add("grown@example.com", Role.VIEWER, PASSWORD)
    log_in(client)
    assert client.get("/admin-dashboard/accounts").status_code == 403
    users.set_role("grown@example.com", Role.ADMIN)
    assert not is_let_in(client), "another role ends the session"
    log_in(client)
    assert client.get("/admin-dashboard/accounts").status_code == 200


def test_a_user_who_is_removed_is_out_at_once_and_stays_out(
    client: FlaskClient, users: Users, login: Provider
) -> None:
    login.claims["email"] = "leaver@example.com"
    users.add("leaver@example.com", Role.VIEWER, PASSWORD)
    log_in(client)
    users.remove("leaver@example.com")
    assert not is_let_in(client)
    assert_refused(client, log_in(client), 403, "no user here has that name")


def test_unknown_user_is_refused_and_told_whom_to_ask(
    client: FlaskClient, users: Users, login: Provider
) -> None:
    login.claims["email"] = "eve@example.com"
    known = users.all()
    assert_refused(client, log_in(client), 403, "as eve@example.com, and no user here has that name. Ask an")
    assert users.all() == known


def test_unknown_users_can_be_let_in_as_viewers(
    browser: Callable[..., FlaskClient], users: Users, login: Provider, marts: Marts
) -> None:
    login.claims["email"] = "grace@example.com"
    client = browser(login.oidc(adds_viewers=True))
    log_in(client)
    assert is_let_in(client)
    assert users.all()[-1].role == Role.VIEWER
    added = AuditLog(marts.warehouse).newest(2)[1]
    assert (added.actor, added.action) == (urlsplit(login.issuer).netloc, "add user")
    assert users.check("grace@example.com", "") is None
    client.post("/logout")
    log_in(client)
    assert is_let_in(client), "she is known now"


def test_an_address_may_have_other_capitals(client: FlaskClient, login: Provider) -> None:
    login.claims["email"] = "Ada@EXAMPLE.com"
    log_in(client)
    assert is_let_in(client)


@pytest.mark.parametrize(
    ("here", "there"),
    [("straße@example.com", "strasse@example.com"), ("kim@example.com", "\u212aim@example.com")],
)
@pytest.mark.parametrize("adds_viewers", [True, False])
def test_a_name_of_other_letters_is_another_persons(
    browser: Callable[..., FlaskClient],
    users: Users,
    login: Provider,
    here: str,
    there: str,
    adds_viewers: bool,
) -> None:
    if users.find(here) is None:
        users.add(here, Role.ADMIN, PASSWORD)
    client = browser(login.oidc(adds_viewers=adds_viewers))
    login.claims["email"] = there
    assert_refused(client, log_in(client), 403, "no user here has that name")
    login.claims["email"] = here
    log_in(client)
    assert is_let_in(client)


@pytest.mark.parametrize("verified", [False, None, "false", ""])
def test_unverified_email_is_nobodys_name(client: FlaskClient, login: Provider, verified: object) -> None:
    login.claims["email_verified"] = verified
    assert_refused(client, log_in(client), 403, "has not verified that ada@example.com is your address")


@pytest.mark.parametrize("claims", [{"email": None}, {"email": ["ada@example.com"]}])
def test_a_person_without_a_name_is_refused(client: FlaskClient, login: Provider, claims: Claims) -> None:
    login.claims |= claims
    assert_refused(client, log_in(client), 403, "it gives no &#39;email&#39;")


def test_another_claim_can_be_the_name(
    browser: Callable[..., FlaskClient], users: Users, login: Provider
) -> None:
    users.add("ada", Role.VIEWER, PASSWORD)
    login.claims["email_verified"] = False
    client = browser(login.oidc(name_claim="preferred_username"))
    log_in(client)
    with client.session_transaction() as session:
        assert session["user"] == "ada"


NOW = int(time.time())


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"nonce": "of another login"}, id="wrong nonce"),
        pytest.param({"nonce": None}, id="no nonce"),
        pytest.param({"aud": "another client"}, id="wrong audience"),
        pytest.param({"aud": "another client", "azp": CLIENT_ID}, id="wrong audience, handed on to us"),
        pytest.param({"aud": [CLIENT_ID, "another client"], "azp": "another client"}, id="for another"),
        pytest.param({"iss": "https://evil.example"}, id="wrong issuer"),
        pytest.param({"iat": NOW - 900, "exp": NOW - LEEWAY_S - 60}, id="expired token"),
        pytest.param({"exp": None}, id="token that does not expire"),
        pytest.param({"iat": NOW + 86_400, "exp": NOW + 90_000}, id="token of tomorrow"),
    ],
)
def test_a_token_that_is_not_meant_for_this_login_is_refused(
    client: FlaskClient, login: Provider, claims: Claims
) -> None:
    login.claims |= claims
    assert_refused(client, log_in(client), 400, "did not succeed. Try it again.")


def by_another_key(claims: Claims, login: Provider) -> str:
    return signed(claims, RSAKey.generate_key(parameters={"kid": login.key.kid}))


def by_an_unknown_key(claims: Claims, login: Provider) -> str:
    return signed(claims, RSAKey.generate_key(auto_kid=True))


def with_other_claims(claims: Claims, login: Provider) -> str:
    header, _, signature = signed(claims, login.key).split(".")
    return f"{header}.{encoded(claims | {'email': 'admin'})}.{signature}"


def alg_none(claims: Claims, login: Provider) -> str:
    return f"{encoded({'alg': 'none', 'kid': login.key.kid})}.{encoded(claims)}."


def by_the_public_key_as_a_password(claims: Claims, login: Provider) -> str:
    text = f"{encoded({'alg': 'HS256', 'kid': login.key.kid})}.{encoded(claims)}"
    signature = hmac.digest(login.key.as_pem(private=False), text.encode(), "sha256")
    return f"{text}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def no_token_at_all(claims: Claims, login: Provider) -> str:
    return "no token at all"


def encoded(part: Claims) -> str:
    return urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "forge",
    [
        by_another_key,
        by_an_unknown_key,
        with_other_claims,
        alg_none,
        by_the_public_key_as_a_password,
        no_token_at_all,
    ],
)
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_bad_signature_is_refused(
    client: FlaskClient, login: Provider, forge: Callable[[Claims, Provider], str]
) -> None:
    login.sign = lambda claims: forge(claims, login)
    assert_refused(client, log_in(client), 400, "did not succeed")


def test_the_provider_may_take_a_new_key(client: FlaskClient, login: Provider) -> None:
    log_in(client)
    client.post("/logout")
    login.key = RSAKey.generate_key(auto_kid=True)
    log_in(client)
    assert is_let_in(client)


def test_wrong_state_is_refused(client: FlaskClient) -> None:
    back = led_back(led_there(client))
    for state in ("of my own", ""):
        wrong = f"/login/oidc/callback?{urlencode({'code': code_of(back), 'state': state})}"
        assert_refused(client, client.get(wrong), 400, "did not succeed")
    assert_refused(client, client.get("/login/oidc/callback"), 400, "did not succeed")


def test_csrf_a_login_that_another_browser_began_is_refused(client: FlaskClient) -> None:
    back = led_back(led_there(client))
    victim = client.application.test_client()
    assert_refused(victim, victim.get(back), 400, "did not succeed")
    led_there(victim)
    assert_refused(victim, victim.get(back), 400, "did not succeed")


def test_replayed_code_is_refused(client: FlaskClient) -> None:
    there = led_there(client)
    cookie = client.get_cookie("spanmart")
    assert cookie
    back = led_back(there)
    client.get(back)
    client.post("/logout")
    assert_refused(client, client.get(back), 400, "did not succeed")
    thief = client.application.test_client()
    thief.set_cookie("spanmart", cookie.value)
    assert_refused(thief, thief.get(back), 400, "did not succeed")


def test_a_login_that_is_begun_often_leaves_a_cookie_that_browsers_keep(client: FlaskClient) -> None:
    for _ in range(10):
        led_there(client, TARGET)
    cookie = client.get_cookie("spanmart")
    assert cookie
    assert len(cookie.value) < 4000
    log_in(client)
    assert is_let_in(client)


def test_an_address_too_long_for_a_cookie_is_forgotten(client: FlaskClient) -> None:
    assert log_in(client, f"/?q={token_urlsafe(4000)}").headers["Location"] == HOME


def test_who_declines_at_the_provider_is_back_at_the_login(client: FlaskClient) -> None:
    state = parse_qs(urlsplit(led_there(client, TARGET)).query)["state"]
    answer = client.get("/login/oidc/callback", query_string={"error": "access_denied", "state": state})
    assert_refused(client, answer, 400, "did not succeed")
    assert f'value="{TARGET.replace("&", "&amp;")}"' in answer.get_data(as_text=True)


def test_provider_down_is_said_and_a_password_still_does(browser: Callable[..., FlaskClient]) -> None:
    with provider() as login:
        client = browser(login.oidc())
        back = led_back(led_there(client))
    assert_refused(client, client.get(back), 503, f"{urlsplit(login.issuer).netloc} does not answer")
    unasked = browser(login.oidc())
    assert_refused(unasked, unasked.get("/login/oidc"), 503, "does not answer")
    assert_a_password_does(unasked)


@pytest.mark.parametrize("endpoint", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_a_provider_that_tells_too_little_is_as_one_that_is_down(
    browser: Callable[..., FlaskClient], endpoint: str
) -> None:
    with provider() as made:
        made.hides = (endpoint,)
        client = browser(made.oidc())
        assert_refused(client, client.get("/login/oidc"), 503, "does not answer")


def test_an_address_that_is_no_providers_is_as_one_that_is_down(
    browser: Callable[..., FlaskClient], login: Provider
) -> None:
    client = browser(Oidc(f"{login.issuer}/elsewhere", CLIENT_ID))
    assert_refused(client, client.get("/login/oidc"), 503, "does not answer")


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_open_redirect_by_next_leads_to_the_first_page(client: FlaskClient, target: str) -> None:
    there = client.get("/login/oidc", query_string={"next": target}).headers["Location"]
    assert client.get(led_back(there)).headers["Location"] == HOME


def test_behind_a_proxy_the_provider_leads_back_to_the_public_address(
    browser: Callable[..., FlaskClient], login: Provider
) -> None:
    client = browser(login.oidc(), https=True, behind_proxy=True, hosts=frozenset({"insights.example.com"}))
    answer = client.get("/login/oidc", base_url="http://insights.example.com")
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert asked["redirect_uri"] == ["https://insights.example.com/login/oidc/callback"]


def test_attempts_are_counted_and_those_that_succeed_are_given_back(client: FlaskClient) -> None:
    for _ in range(FROM_ONE_ADDRESS):
        assert log_in(client).status_code == 303
        client.post("/logout")
    for _ in range(FROM_ONE_ADDRESS):
        assert client.get("/login/oidc/callback").status_code == 400
    for path in ("/login/oidc", "/login/oidc/callback"):
        answer = client.get(path)
        assert (answer.status_code, "Retry-After" in answer.headers) == (429, True)


def test_failed_logins_are_logged_and_no_secret_is(
    client: FlaskClient, login: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    back = led_back(led_there(client))
    login.claims["aud"] = "another client"
    client.get(back)
    client.get("/login/oidc/callback?error=a%0Ab")
    assert 'a login from 127.0.0.1 failed: "invalid_claim' in caplog.text
    assert r"a\nb" in caplog.text
    assert [one for one in (CLIENT_SECRET, code_of(back)) if one in caplog.text] == []


def code_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["code"][0]


def test_without_a_provider_there_is_no_such_login_and_its_library_is_not_needed(
    marts: Marts, users: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in ("authlib", "joserfc")]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "spanmart.web.auth.oidc", raising=False)
    app = marts.app(users=users)
    assert "Sign in with" not in app.test_client().get("/login").get_data(as_text=True)
    assert [rule for rule in app.url_map.iter_rules() if "oidc" in rule.rule] == []
