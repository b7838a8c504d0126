"""Tokens: shown once, kept as a hash, told apart by name and prefix, useless once revoked or expired."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanmart.warehouse import AuditLog, Scope, Tokens, Warehouse
from spanmart.warehouse.accounts.audit_log import Author
from spanmart.warehouse.errors import TokenError

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def warehouse(tmp_path):
    with Warehouse.open(tmp_path / "folder") as opened:
        yield opened


@pytest.fixture
def tokens(warehouse, clock):
    opened = Tokens(warehouse, clock)
    yield opened
    opened.close()


def test_a_token_is_found_by_its_secret(tokens):
    token, secret = tokens.create("checkout", [Scope.INGEST, Scope.READ])

    assert tokens.find(secret) == token
    assert (token.name, token.scopes) == ("checkout", {Scope.INGEST, Scope.READ})
    assert (token.created_at, token.expires_at, token.last_used_at, token.revoked_at) == (
        NOON,
        None,
        None,
        None,
    )


def test_a_secret_has_256_random_bits_behind_a_public_prefix(tokens):
    token, secret = tokens.create("checkout", [Scope.INGEST])

    assert re.fullmatch(r"spanmart_[0-9a-f]{8}_[0-9a-f]{64}", secret)
    assert secret.startswith(token.prefix + "_")


def test_the_secret_is_nowhere_in_the_folder(tmp_path):
    with Warehouse.open(tmp_path) as warehouse:
        token, secret = Tokens(warehouse).create("checkout", [Scope.INGEST])

    content = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert token.prefix.encode() in content
    assert secret.removeprefix(token.prefix + "_").encode() not in content
    assert token.sha256 not in repr(token)


def test_tokens_outlive_the_process(tmp_path):
    with Warehouse.open(tmp_path) as warehouse:
        token, secret = Tokens(warehouse).create("checkout", [Scope.INGEST], NOON + timedelta(days=36_500))

    with Warehouse.open(tmp_path) as warehouse:
        assert Tokens(warehouse).find(secret) == token


def test_any_other_text_finds_nothing(tokens):
    token, _ = tokens.create("checkout", [Scope.INGEST])

    @given(st.text())
    def nothing_is_found(text):
        assert tokens.find(text) is None
        assert tokens.find(f"{token.prefix}_{text}") is None

    nothing_is_found()


@pytest.mark.parametrize(
    "alter",
    [
        lambda secret: secret[:-1],
        lambda secret: secret + "0",
        lambda secret: secret.upper(),
        lambda secret: secret[: len("spanmart_12345678")],
        lambda secret: secret[:-1] + ("0" if secret[-1] != "0" else "1"),
        lambda secret: secret + "\udcff",
        lambda secret: "",
    ],
)
def test_a_secret_that_differs_anywhere_finds_nothing(tokens, alter):
    _, secret = tokens.create("checkout", [Scope.INGEST])

    assert tokens.find(alter(secret)) is None


@pytest.mark.parametrize("by", ["name", "prefix"])
def test_a_revoked_token_is_still_known_and_no_longer_active(tokens, clock, by):
    token, secret = tokens.create("checkout", [Scope.INGEST])
    clock.now += timedelta(days=1)

    revoked = tokens.revoke(getattr(token, by))

    assert revoked.revoked_at == clock.now
    assert tokens.find(secret).state(clock.now) == "revoked"
    assert not tokens.any_active(Scope.INGEST)


def test_a_token_expires_at_its_moment(tokens, clock):
    _, secret = tokens.create("checkout", [Scope.INGEST], NOON + timedelta(hours=1))

    assert tokens.find(secret).state(NOON + timedelta(minutes=59)) == "active"
    assert tokens.find(secret).state(NOON + timedelta(minutes=60)) == "expired"
    assert tokens.any_active(Scope.INGEST)
    clock.now += timedelta(hours=1)
    assert not tokens.any_active(Scope.INGEST)


def test_no_scope_includes_another(tokens):
    tokens.create("administrator", [Scope.ADMIN])

    assert tokens.any_active(Scope.ADMIN)
    assert not tokens.any_active(Scope.INGEST)


def test_a_name_is_free_again_once_its_token_is_revoked(tokens):
    first, _ = tokens.create("checkout", [Scope.INGEST])
    with pytest.raises(TokenError, match=rf"'checkout' already \({first.prefix}, active\)"):
        tokens.create("checkout", [Scope.READ])
    tokens.revoke("checkout")

    second, _ = tokens.create("checkout", [Scope.INGEST])

    assert [token.prefix for token in tokens.all()] == [first.prefix, second.prefix]
    assert tokens.revoke("checkout").prefix == second.prefix


@pytest.mark.parametrize("name", ["", " ", " a", "a\n", "a\x00b", "x" * 101, "spanmart_1a2b3c4d"])
def test_a_name_that_could_not_be_read_or_typed_is_refused(tokens, name):
    with pytest.raises(TokenError, match="cannot be a token's name"):
        tokens.create(name, [Scope.INGEST])


@pytest.mark.parametrize("name", ["checkout", "Prüfung 3", "a'; drop table app.tokens; --", "名前"])
def test_any_readable_name_will_do(tokens, name):
    tokens.create(name, [Scope.INGEST])

    assert [token.name for token in tokens.all()] == [name]


def test_making_and_revoking_is_in_the_audit_log(tokens, warehouse):
    token, _ = tokens.create("checkout", [Scope.INGEST, Scope.READ])
    tokens.revoke("checkout", Author("user ada", "10.0.0.7"))

    subject = f"checkout ({token.prefix})"
    assert [
        (entry.actor, entry.address, entry.action, entry.subject, entry.details)
        for entry in AuditLog(warehouse).newest(10)
    ] == [
        ("user ada", "10.0.0.7", "revoke token", subject, ""),
        ("command line", "", "create token", subject, "scope ingest, read"),
    ]


def test_what_makes_no_sense_is_refused_and_changes_nothing(tokens):
    with pytest.raises(TokenError, match="at least one scope"):
        tokens.create("checkout", [])
    with pytest.raises(TokenError, match="2026-11-25 12:00 UTC is in the past"):
        tokens.create("checkout", [Scope.INGEST], NOON)
    with pytest.raises(TokenError, match="no token 'checkout'"):
        tokens.revoke("checkout")

    assert tokens.all() == []


def test_revoking_twice_says_so(tokens):
    token, _ = tokens.create("checkout", [Scope.INGEST])
    tokens.revoke("checkout")

    with pytest.raises(TokenError, match="revoked already"):
        tokens.revoke(token.prefix)


def test_the_last_use_is_known_to_the_hour(tokens, warehouse, clock):
    _, secret = tokens.create("checkout", [Scope.INGEST])
    for minutes in (0, 59, 60, 61):
        clock.now = NOON + timedelta(minutes=minutes)
        tokens.note_use(tokens.find(secret))
    tokens.close()

    assert Tokens(warehouse).all()[0].last_used_at == NOON + timedelta(minutes=60)


def test_a_use_after_closing_is_let_go(tokens):
    token, _ = tokens.create("checkout", [Scope.INGEST])
    tokens.close()

    tokens.note_use(token)
