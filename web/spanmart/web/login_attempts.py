"""How often a login may be tried, before its password is looked at: guessing must take too long."""

from ipaddress import IPv6Address, ip_address, ip_network

from spanmart.web.rate_limit import Throttle

PERIOD_S = 300
FOR_ONE_NAME_FROM_ONE_ADDRESS = 5
FROM_ONE_ADDRESS = 20
# High, so that strangers cannot easily keep a user from logging in, and low enough for a password to hold.
FOR_ONE_NAME = 50


class LoginAttempts:
    """Counts by name, by address and by both; a login that succeeds gives its attempts back."""

    def __init__(self) -> None:
        self._by_both = Throttle(FOR_ONE_NAME_FROM_ONE_ADDRESS, PERIOD_S)
        self._by_address = Throttle(FROM_ONE_ADDRESS, PERIOD_S)
        self._by_name = Throttle(FOR_ONE_NAME, PERIOD_S)

    def take(self, name: str | None, address: str) -> float:
        """Count one, or say for how many seconds there may be none.

        Without a name it is tried through a provider, which says the name in the end.
        """
        return max(throttle.take(key) for throttle, key in self._buckets(name, address))

    def forget(self, name: str | None, address: str) -> None:
        """Count none for them: they have proved who they are."""
        for throttle, key in self._buckets(name, address):
            throttle.forget(key)

    def _buckets(self, name: str | None, address: str) -> list[tuple[Throttle, str]]:
        near = _neighbourhood(address)
        if name is None:
            return [(self._by_address, near)]
        known = name.casefold()
        return [(self._by_both, f"{near} {known}"), (self._by_address, near), (self._by_name, known)]


def _neighbourhood(address: str) -> str:
    """An IPv6 host has a whole network of addresses to come from."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else address
