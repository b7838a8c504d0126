"""The pages and the API as the settings ask for them: who reaches them, and who logs in."""

import logging
import shlex
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from spanmart.cli.loopback import is_loopback, url_of
from spanmart.cli.options import CannotStart
from spanmart.warehouse.tokens import Scope, Tokens
from spanmart.web import Site

if TYPE_CHECKING:
    from spanmart.cli.config import Settings
    from spanmart.warehouse import Users

log = logging.getLogger("spanmart")


@dataclass(frozen=True)
class Pages:
    """What is settled before anything is opened."""

    settings: "Settings"
    on_loopback: bool

    @classmethod
    def settle(cls, settings: "Settings") -> "Pages":
        """Find out who will reach the pages. Raises CannotStart for a host that is none of this machine."""
        return cls(settings, is_loopback(settings.host))

    def check_login(self, tokens: Tokens, users: "Users") -> None:
        """Raise CannotStart where others would reach the pages and nobody could log in, or send."""
        if not self._is_reached_by_others:
            return
        data = shlex.quote(str(self.settings.data))
        commands = []
        if not users.all():
            commands.append(f"  spanmart user add NAME --role admin --data {data}")
        if not self.on_loopback and not tokens.any_active(Scope.INGEST):
            commands.append(f"  spanmart token create --scope ingest NAME --data {data}")
        if commands:
            why = f"--public-url {self.settings.public_url} is set"
            if not self.on_loopback:
                why = f"--host {self.settings.host} is not a loopback address"
            raise CannotStart(
                f"{why}, so others can reach the pages, and there is nobody who could log in or nothing to "
                "send with. Run this, then start again:\n" + "\n".join(commands)
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
            behind_proxy=self.on_loopback and self._is_reached_by_others,
            asks_for_login=self._is_reached_by_others,
            requests_per_minute=self.settings.requests_per_minute,
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
    def _is_reached_by_others(self) -> bool:
        return not self.on_loopback or self.settings.public_url is not None
