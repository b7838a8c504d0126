"""The OTLP receivers as the settings ask for them: where they listen, and who may send."""

import logging
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spanmart.cli.settings.click_options import CannotStart
from spanmart.cli.up.addresses import is_loopback, url_of
from spanmart.collector import OtlpGrpcServer, OtlpHttpServer
from spanmart.collector.servers.cors import Cors
from spanmart.collector.servers.ingest_gate import IngestGate
from spanmart.collector.servers.tls import Certificate
from spanmart.warehouse.accounts.tokens import Scope, Tokens

if TYPE_CHECKING:
    from spanmart.cli.settings.settings import Settings
    from spanmart.warehouse import Landing

log = logging.getLogger("spanmart")


@dataclass(frozen=True)
class Receivers:
    """What is settled before anything is opened; `make` then makes the two servers."""

    settings: "Settings"
    host: str
    asks_for_token: bool
    certificate: Certificate | None

    @classmethod
    def settle(cls, settings: "Settings", demo: bool) -> "Receivers":
        """Refuse what cannot work. Raises CannotStart, ListenError for the files of TLS."""
        option, host = (
            ("--otlp-host", settings.otlp_host) if settings.otlp_host else ("--host", settings.host)
        )
        asks_for_token = settings.otlp_require_token or not is_loopback(host, option)
        certificate = _certificate(settings)
        if demo and (asks_for_token or certificate):
            raise CannotStart(
                "--demo sends without a token and without TLS. Leave it out, or have the receivers on "
                "loopback without --otlp-require-token and --otlp-tls-cert."
            )
        return cls(settings, host, asks_for_token, certificate)

    def make(self, landing: "Landing", tokens: Tokens) -> tuple[OtlpHttpServer, OtlpGrpcServer]:
        """Make the servers, not yet started. Raises CannotStart where nobody could send."""
        if self.asks_for_token and not tokens.any_active(Scope.INGEST):
            raise CannotStart(self._nobody_could_send())
        gate = IngestGate(tokens) if self.asks_for_token else None
        http = OtlpHttpServer(
            landing,
            self.host,
            self.settings.otlp_http_port,
            certificate=self.certificate,
            gate=gate,
            cors=Cors(self.settings.otlp_cors_origin),
        )
        grpc = OtlpGrpcServer(
            landing, self.host, self.settings.otlp_grpc_port, certificate=self.certificate, gate=gate
        )
        return http, grpc

    def url(self, port: int) -> str:
        """Return the address to send OTLP/HTTP to."""
        return url_of(self.host, port, "https" if self.certificate else "http")

    def log_addresses(self, http_port: int, grpc_port: int) -> None:
        """Say where to send, and what senders must show."""
        token = ", with a token" if self.asks_for_token else ""
        log.info("send OTLP to %s (HTTP) or port %d (gRPC)%s", self.url(http_port), grpc_port, token)
        if self.asks_for_token and self.certificate is None and not is_loopback(self.host):
            log.warning(
                "tokens and telemetry come unencrypted: anybody on the way can read them. Use "
                "--otlp-tls-cert and --otlp-tls-key, or a proxy that speaks TLS."
            )

    def _nobody_could_send(self) -> str:
        why = "--otlp-require-token is set" if is_loopback(self.host) else f"{self.host} is not loopback"
        data = shlex.quote(str(self.settings.data))
        return (
            f"{why}, so senders must show a token, and there is no active one with the scope ingest. Make "
            f"one, then start again:\n  spanmart token create --scope ingest NAME --data {data}"
        )


def _certificate(settings: "Settings") -> Certificate | None:
    chain, key = settings.otlp_tls_cert, settings.otlp_tls_key
    if chain and key:
        return Certificate.load(chain, key)
    if chain or key:
        given, missing = ("--otlp-tls-cert", "--otlp-tls-key")[:: 1 if chain else -1]
        raise CannotStart(f"{given} is set and {missing} is not: TLS needs both.")
    return None
