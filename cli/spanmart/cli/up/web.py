"""The pages and the API as the settings ask for them: who reaches them, and who logs in."""

import logging
import shlex
import socket
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from spanmart.cli.settings.click_options import CannotStart
from spanmart.cli.up.addresses import is_loopback, url_of
from spanmart.warehouse.accounts.tokens import Scope, Tokens
from spanmart.web import Oidc, Site

if TYPE_CHECKING:
    from spanmart.cli.settings.settings import Settings
    from spanmart.warehouse import Users

log = logging.getLogger("spanmart")


@dataclass(frozen=True)
class Pages:
    """What is settled before anything is opened."""

    settings: "Settings"
    on_loopback: bool
    oidc: Oidc | None

    @classmethod
    def settle(cls, settings: "Settings") -> "Pages":
        """Find out who will reach the pages. Raises CannotStart for what cannot work."""
        return cls(settings, is_loopback(settings.host), _oidc(settings))

    def check_login(self, tokens: Tokens, users: "Users") -> None:
        """Raise CannotStart where people must log in and nobody could, or nothing could send."""
        why = self._why_login
        if why is None:
            return
        data = shlex.quote(str(self.settings.data))
        commands = []
        if not users.all():
            commands.append(f"  spanmart user add NAME --role admin --data {data}")
        if not self.on_loopback and not tokens.any_active(Scope.INGEST):
            commands.append(f"  spanmart token create --scope ingest NAME --data {data}")
        if commands:
            raise CannotStart(
                f"{why}, and there is nobody who could log in or nothing to send with. Run this, then start "
                "again:\n" + "\n".join(commands)
            )

    def site(self, otlp_url: str) -> Site:
        """Return how the application is to behave."""
        public = urlsplit(self.settings.public_url or "")
        names = {socket.gethostname().lower(), self.settings.host} if not self.on_loopback else set[str]()
        return Site(
            otlp_url,
            hosts=frozenset(names | ({public.hostname} if public.hostname else set())),
            any_address=not self.on_loopback,
            https=public.scheme == "https",
            behind_proxy=self.on_loopback and self.settings.public_url is not None,
            asks_for_login=self._why_login is not None,
            requests_per_minute=self.settings.requests_per_minute,
            oidc=self.oidc,
        )

    def url(self, port: int) -> str:
        """Return the address to open."""
        return (self.settings.public_url or url_of(self.settings.host, port)).rstrip("/")

    def log_addresses(self, port: int) -> None:
        """Say where to look, and what is not safe there."""
        log.info("API at %s/api/ai-interactions", self.url(port))
        log.info("open %s/admin-dashboard?tab=ai-insights", self.url(port))
        if not self.on_loopback:
            log.warning(
                "pages and passwords come unencrypted: anybody on the way can read them. Keep --host on "
                "loopback, put a proxy that speaks TLS before it, and name its address with --public-url."
            )

    @property
    def _why_login(self) -> str | None:
        if not self.on_loopback:
            return f"--host {self.settings.host} is not a loopback address, so others can reach the pages"
        if self.settings.public_url is not None:
            return f"--public-url {self.settings.public_url} is set, so others can reach the pages"
        return "--oidc-issuer is set, so everybody logs in" if self.oidc else None


def _oidc(settings: "Settings") -> Oidc | None:
    issuer, client_id = settings.oidc_issuer, settings.oidc_client_id
    if issuer is None and client_id is None:
        return None
    if issuer is None or client_id is None:
        given, missing = ("--oidc-issuer", "--oidc-client-id")[:: 1 if issuer else -1]
        raise CannotStart(f"{given} is set and {missing} is not: a login by OpenID Connect needs both.")
    if find_spec("authlib") is None:
        raise CannotStart(
            "--oidc-issuer needs a library that is not installed. Try: pip install 'spanmart[server,oidc]'"
        )
    return Oidc(
        issuer, client_id, settings.oidc_client_secret, settings.oidc_name_claim, settings.oidc_add_viewers
    )
