"""Limits on how often."""

import pytest

from spanmart.web import rate_limit
from spanmart.web.login_attempts import FOR_ONE_NAME_FROM_ONE_ADDRESS, FROM_ONE_ADDRESS, LoginAttempts
from spanmart.web.rate_limit import Throttle


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_bucket_is_emptied_at_once_and_fills_steadily(clock: Clock) -> None:
    limit = Throttle(6, 60, clock)
    assert [limit.take("ada") for _ in range(6)] == [0] * 6
    assert limit.take("ada") == pytest.approx(10)
    clock.now += 9
    assert limit.take("ada") == pytest.approx(1)
    clock.now += 1.001
    assert limit.take("ada") == 0
    clock.now += 3600
    assert [limit.take("ada") > 0 for _ in range(7)] == [False] * 6 + [True]


def test_keys_do_not_share_a_bucket_and_one_can_be_filled_again(clock: Clock) -> None:
    limit = Throttle(1, 60, clock)
    assert (limit.take("ada"), limit.take("grace")) == (0, 0)
    assert limit.take("ada") > 0
    limit.forget("ada")
    assert limit.take("ada") == 0


def test_what_is_kept_of_callers_is_bounded(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "MOST_KEYS", 3)
    limit = Throttle(1, 60, clock)
    for key in ("a", "b", "c", "d"):
        limit.take(key)
    assert [limit.take(key) > 0 for key in ("d", "c", "b")] == [True] * 3
    assert limit.take("a") == 0, "the oldest was forgotten"


def test_one_address_tries_many_names_only_so_often() -> None:
    attempts = LoginAttempts()
    waits = [attempts.take(f"user {number}", "192.0.2.7") for number in range(FROM_ONE_ADDRESS + 1)]
    assert [wait > 0 for wait in waits] == [False] * FROM_ONE_ADDRESS + [True]
    assert attempts.take("user 1", "192.0.2.8") == 0


@pytest.mark.parametrize(
    ("first", "second", "share"),
    [
        ("192.0.2.7", "192.0.2.8", False),
        ("2001:db8::1", "2001:db8::2:ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("", "", True),
    ],
)
def test_a_network_of_ipv6_counts_as_one_address(first: str, second: str, share: bool) -> None:
    attempts = LoginAttempts()
    for _ in range(FOR_ONE_NAME_FROM_ONE_ADDRESS):
        assert attempts.take("ada", first) == 0
    assert (attempts.take("ADA", second) > 0) == share
