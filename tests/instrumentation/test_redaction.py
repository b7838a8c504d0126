"""Redaction: what is found in a text, what is not, and what stands in its place."""

import json
import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanmart.instrumentation import Redaction, diagnostics, instrument
from spanmart.instrumentation.privacy.detectors import is_harmless
from spanmart.instrumentation.privacy.redaction import VARIABLE, redaction_of_environment
from spanmart.instrumentation.privacy.sanitizer import Sanitizer
from support.planted_secrets import planted, spellings

SCREEN = Sanitizer(Redaction())
FOUND = {
    "email": [
        "joe@example.com",
        "j.doe+training@mail.example.co.uk",
        "jörg@exämple.de",
        '"joe doe"@example.com',
        "joe%40example.com",
        "joe@[10.0.0.1]",
        "joe@xn--80ak6aa92e.xn--p1ai",
    ],
    "phone": [
        "+49 30 1234567",
        "+49 (0)30 123456",
        "+1 (555) 123-4567",
        "+4915112345678",
        "+44\u00a020\u00a07946\u00a00958",
        "0049 30 1234567",
        "(555) 123-4567",
        "555-123-4567",
        "555.123.4567",
        "1-800-555-1234",
        "555-0134",
        "5552345678",
        "0171/2345678",
        "020 7946 0958",
        "01.23.45.67.89",
        "98765 43210",
        "612 345 678",
        "12 34 56 78",
    ],
    "card": [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "3782 822463 10005",
        "4917 6100 0000 0000 003",
        "30569309025904",
        "4222222222222",
    ],
    "key": [
        "sk-abcdefghijklmnopqrstuvwx",
        "sk-proj-abc123DEF456_ghi",
        "sk-abc1****wxyz",
        "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
        "xoxb-123456789012-abcdefghijkl",
        "AIzaSyA1234567890abcdefghijklmnopqrstuv",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-def",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nMIIE and no end",
    ],
}
NAMED = [
    ("Authorization: Bearer abcdef123456", "abcdef123456"),
    ("password=hunter22", "hunter22"),
    ("the password is hunter22", "hunter22"),
    ('{"a": "x", api_key: "abcdef"', "abcdef"),
    ("AWS_SECRET_ACCESS_KEY=abc/def123ghi", "abc/def123ghi"),
    ("x-api-key: 0123456789abcdef", "0123456789abcdef"),
    ("postgres://app:hunter2@db/x", "app:hunter2"),
    ("\u0130\u0130 secret: hunter22", "hunter22"),
]
NOT_FOUND = [
    "2024-07-18 10:30:00",
    "18.07.2024 10:30",
    "18/07/2024",
    "gpt-4o-mini-2024-07-18",
    "192.168.100.200",
    "1700000000",
    "1700000000000",
    "550e8400-e29b-41d4-a716-446655440000",
    "0.4111111111111111",
    "4111111111111112",
    "task-force, risk-averse and sk-learn",
    "max_tokens: 1000",
    "100 200 300 400 500",
    "10 20 30 40 50",
    "In 2023 2024 we sold 1,234,567 items for $12,345,678.90",
    "The token is invalid, the password is wrong, the secret: trust",
    "bearer of bad news",
    "react@18.2.0 and @app.route('/x')",
    "f9ebc793cdb93437f33680b05bb165acd2363365aee3fc2b77cf68b8b9f00f13",
]


@pytest.mark.parametrize(("kind", "secret"), [(kind, text) for kind in FOUND for text in FOUND[kind]])
@pytest.mark.parametrize("around", ["{}", "Ann: {}", "before {}, after", "a\n{}\nb", "({})", "'a\\n{}\\nb'"])
def test_each_kind_is_found(around: str, kind: str, secret: str) -> None:
    redacted = SCREEN.text(around.format(secret))
    assert f"[redacted {kind}]" in redacted
    assert secret not in redacted


@pytest.mark.parametrize(("text", "secret"), NAMED)
def test_what_a_text_calls_a_secret_is_taken_out_and_its_name_stays(text: str, secret: str) -> None:
    assert SCREEN.text(text) == text.replace(secret, "[redacted key]")


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert SCREEN.text(text) == text


@pytest.mark.parametrize("text", [text for texts in FOUND.values() for text in texts])
def test_nothing_that_is_taken_out_looks_harmless(text: str) -> None:
    assert not is_harmless(text)
    assert not is_harmless(json.dumps([text]))


@pytest.mark.parametrize("name", ["password", "apiKey", "signing-key", "Access Token", "PASSPHRASE"])
def test_no_name_of_a_secret_looks_harmless(name: str) -> None:
    assert SCREEN.text(json.dumps({name: "x"})) == json.dumps({name: "[redacted]"}, separators=(",", ":"))


def test_prose_looks_harmless() -> None:
    assert is_harmless('[{"role": "user", "parts": [{"content": "How long may a fire door be open?"}]}]')


def test_secrets_side_by_side_are_all_taken_out() -> None:
    text = "12 4111 1111 1111 1111 12/27, joe@x.org;555-123-4567 2024 sk-abcdefgh1234"
    redacted = "12 [redacted card] 12/27, [redacted email];[redacted phone] 2024 [redacted key]"
    assert SCREEN.text(text) == redacted


@given(st.randoms(use_true_random=False))
def test_no_secret_remains_wherever_it_is_planted(random: Random) -> None:
    text = planted(random)
    redacted = SCREEN.text(text.text)
    assert not [spelled for spelled in spellings(text.secret) if spelled in redacted.encode()]


@given(st.text())
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = SCREEN.text(text)
    assert SCREEN.text(once) == once


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_json_stays_json(value: object) -> None:
    json.loads(SCREEN.text(json.dumps([value, "joe@example.com\n", {"phone": 5552345678}])))


@pytest.mark.parametrize(
    ("given_json", "redacted"),
    [
        ({"to": "a\njoe@example.com"}, {"to": "a\n[redacted email]"}),
        ({"phone": 5552345678}, {"phone": "[redacted phone]"}),
        ({"joe@example.com": 1}, {"[redacted email]": 1}),
        ({"password": "correct horse", "apiKey": "battery", "max_tokens": 5}, None),
        (['{"inner": "joe@example.com"}'], ['{"inner":"[redacted email]"}']),
    ],
)
def test_json_is_redacted_text_by_text(given_json: object, redacted: object) -> None:
    redacted = redacted or {"password": "[redacted]", "apiKey": "[redacted]", "max_tokens": 5}
    assert json.loads(SCREEN.text(json.dumps(given_json))) == redacted


def test_the_patterns_can_be_chosen_and_added_to() -> None:
    sanitizer = Sanitizer(Redaction(patterns=("email", re.compile(r"EMP-\d{6}"))))
    assert sanitizer.text("EMP-123456 joe@x.org 555-123-4567") == "[redacted] [redacted email] 555-123-4567"


def test_own_functions_come_last_and_what_they_fail_on_does_not_leave(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def without_ann(text: str) -> str:
        if "Bob" in text:
            raise RuntimeError("no Bob today")
        return text.replace("Ann", "A.")

    diagnostics.reset_log_once()
    sanitizer = Sanitizer(Redaction(functions=(without_ann,)))
    assert sanitizer.text("Ann, joe@x.org") == "A., [redacted email]"
    assert [sanitizer.text("Bob 1"), sanitizer.text("Bob 2")] == ["[redacted: the redaction failed]"] * 2
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("value", "text", "redacted"),
    [
        ("Zoë Miller", "Ask zoë\n miller, or Miller.", "Ask [redacted], or Miller."),
        ("no", "no, not now", "[redacted], not now"),
        ('O\'Neil "JJ"', r"""{'a': 'O\'Neil "JJ"'}""", "{'a': '[redacted]'}"),
        (["Ann", "Bob"], "Ann and Bob", "[redacted] and [redacted]"),
        (4711, "number 4711", "number [redacted]"),
        ("", "nothing", "nothing"),
        (True, "true", "true"),
    ],
)
def test_values_of_named_variables_are_taken_out_of_every_text(
    value: object, text: str, redacted: str
) -> None:
    sanitizer = Sanitizer(Redaction((), ("employee",))).with_private_values(
        {"employee": value, "other": "Ask"}
    )
    assert sanitizer.text(text) == redacted


def test_ids_may_be_numbers_and_are_not_joes_address() -> None:
    attributes = {
        "user.id": "5552345678",
        "session.id": "joe@example.com",
        "spanmart.response.request_id": "joe@x.org",
    }
    assert SCREEN.attributes(attributes) == {**attributes, "session.id": "[redacted email]"}


@pytest.mark.parametrize(
    ("arguments", "error", "named"),
    [
        ({"patterns": ("emails",)}, ValueError, "'emails' is not one of email, phone, card, key"),
        ({"patterns": "email"}, TypeError, "patterns takes a list"),
        ({"variables": "name"}, TypeError, "variables takes a list"),
        ({"functions": ["upper"]}, TypeError, "'upper'"),
    ],
)
def test_a_redaction_that_cannot_be_says_what_is_wrong(
    arguments: dict[str, object], error: type[Exception], named: str
) -> None:
    with pytest.raises(error, match=re.escape(named)):
        Redaction(**arguments)  # type: ignore[arg-type]


def test_instrument_takes_nothing_else_for_a_redaction() -> None:
    with pytest.raises(TypeError, match="'email'"):
        instrument(redact="email")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "names", "patterns"),
    [
        (None, None, None),
        ("false", None, None),
        ("true", None, ("email", "phone", "card", "key")),
        ("Email, card", None, ("email", "card")),
        (None, "name,address", ()),
        ("emails", None, ("email", "phone", "card", "key")),
    ],
)
def test_the_variables_decide_where_the_app_says_nothing(
    said: str | None, names: str | None, patterns: tuple[str, ...] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ((VARIABLE, said), (f"{VARIABLE}_VARIABLES", names)):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    redaction = redaction_of_environment()
    assert (redaction.patterns if redaction else None) == patterns
    assert list(redaction.variables if redaction else ()) == (names.split(",") if names else [])
