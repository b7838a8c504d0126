"""rotel, a collector in Rust, as a forwarder between an application and spanmart."""

import importlib.util
import os
import socket
import subprocess
import time
from pathlib import Path
from typing import Literal

import pytest

from senders.restarting import free_port
from support.running import PATIENCE_S

Protocol = Literal["grpc", "http"]


def _agent() -> str:
    """The binary that the package brings."""
    package = importlib.util.find_spec("rotel")
    if package is None or package.origin is None:
        pytest.skip("rotel is not installed (it has wheels for Linux only): forwarding is not tested")
    return str(Path(package.origin).with_name("rotel-agent"))


class Rotel:
    """Takes OTLP on ports of its own and forwards it; a context manager."""

    def __init__(
        self, folder: Path, http_port: int, grpc_port: int, protocol: Protocol, compression: str
    ) -> None:
        self.http_port, self.grpc_port = free_port(), free_port()
        target = http_port if protocol == "http" else grpc_port
        options = {
            "otlp-http-endpoint": f"127.0.0.1:{self.http_port}",
            "otlp-grpc-endpoint": f"127.0.0.1:{self.grpc_port}",
            "exporter": "otlp",
            "otlp-exporter-endpoint": f"http://127.0.0.1:{target}",
            "otlp-exporter-protocol": protocol,
            "otlp-exporter-compression": compression,
            "otlp-exporter-retry-initial-backoff": "200ms",
            "otlp-exporter-retry-max-backoff": "1s",
            "otlp-exporter-retry-max-elapsed-time": "600s",
            "batch-timeout": "50ms",
            "pid-file": str(folder / "rotel.pid"),
        }
        self._log = folder / "rotel.log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [_agent(), "start", *(f"--{name}={value}" for name, value in options.items())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={name: value for name, value in os.environ.items() if not name.startswith("ROTEL_")},
            )

    def __enter__(self) -> "Rotel":
        deadline = time.monotonic() + PATIENCE_S
        for port in (self.http_port, self.grpc_port):
            while not _accepts(port):
                assert self._process.poll() is None, self._log.read_text()
                assert time.monotonic() < deadline, self._log.read_text()
                time.sleep(0.05)
        return self

    def __exit__(self, *raised: object) -> None:
        self._process.kill()
        self._process.wait(PATIENCE_S)


def _accepts(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
