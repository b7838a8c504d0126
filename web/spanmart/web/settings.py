"""How the pages are reached, and what is asked of those who come."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

OTLP_ENDPOINT = "http://localhost:4318"
REQUESTS_PER_MINUTE = 3000


@dataclass(frozen=True)
class Oidc:
    """An OpenID Connect provider that says who comes; what they may do is said here."""

    issuer: str  # without a slash at its end
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    name_claim: str = "email"
    adds_viewers: bool = False  # people whom nobody has added before

    @property
    def host(self) -> str:
        """The name by which people know the provider."""
        return urlsplit(self.issuer).netloc


@dataclass(frozen=True)
class Site:
    """What the command settles and the application keeps to.

    Requests whose Host names neither loopback nor one of `hosts` are refused. An address instead of a name is
    let in by `any_address`: no foreign page can have made a browser take its name for ours then.
    """

    otlp_endpoint: str = OTLP_ENDPOINT  # what an empty page tells people to send to
    hosts: frozenset[str] = frozenset()
    any_address: bool = False
    https: bool = False  # as the browser sees it, also where a proxy in front of us speaks TLS
    behind_proxy: bool = False  # one on this machine, which says for whom it asks in X-Forwarded-For
    asks_for_login: bool = False  # also while there is no user
    requests_per_minute: float = REQUESTS_PER_MINUTE
    oidc: Oidc | None = None  # a login beside the one by password
