"""TLS for both transports, from one certificate and its key in PEM files."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import grpc

from spanmart.warehouse.net import ListenError


@dataclass(frozen=True)
class Certificate:
    """A certificate chain and its private key, checked to belong together."""

    chain: Path
    key: Path

    @classmethod
    def load(cls, chain: Path, key: Path) -> Self:
        """Read both files once, so that what is wrong with them is said before anything listens.

        Raises ListenError.
        """
        certificate = cls(chain, key)
        certificate.context()
        return certificate

    def context(self) -> ssl.SSLContext:
        """For HTTP: TLS 1.2 and newer. Raises ListenError."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        for path in (self.chain, self.key):
            _check_readable(path)
        try:
            # An empty password: without one, OpenSSL would ask for it at the terminal.
            context.load_cert_chain(self.chain, self.key, password="")
        except (ssl.SSLError, ValueError) as error:
            raise ListenError(
                f"{self.chain} and {self.key} are not a certificate and its key in PEM form, without a "
                f"password and belonging together: {error}"
            ) from error
        return context

    def grpc_credentials(self) -> grpc.ServerCredentials:
        return grpc.ssl_server_credentials([(self.key.read_bytes(), self.chain.read_bytes())])


def _check_readable(path: Path) -> None:
    try:
        path.open("rb").close()
    except OSError as error:
        raise ListenError(f"{path}, wanted for TLS, cannot be read: {error.strerror}.") from error
