"""The OTLP/HTTP server: the application on an event loop of its own, in a thread of its own."""

import asyncio
import threading
from typing import TYPE_CHECKING

import uvicorn

from spanmart.collector.otlp.body import MAX_BODY_BYTES
from spanmart.collector.servers.cors import Cors
from spanmart.collector.servers.http_app import OtlpHttpApp
from spanmart.collector.servers.ingest_gate import IngestGate
from spanmart.collector.servers.tls import Certificate
from spanmart.warehouse.net import bind_socket
from spanmart.warehouse.storage.landing import Landing

if TYPE_CHECKING:
    import socket

BACKLOG = 2048
# OpenTelemetry's senders export every 5 seconds: an idle connection lives through that.
KEEP_ALIVE_S = 75


class OtlpHttpServer:
    """Receives OTLP over HTTP on `host` and `port`; port 0 takes any free one.

    After `start`, `port` is the real one. Without `certificate` it speaks plain HTTP. Raises PortInUse,
    ListenError.
    """

    def __init__(
        self,
        landing: Landing,
        host: str,
        port: int,
        *,
        max_body_bytes: int = MAX_BODY_BYTES,
        certificate: Certificate | None = None,
        gate: IngestGate | None = None,
        cors: Cors | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self._socket: socket.socket | None = None
        self._app = OtlpHttpApp(landing, max_body_bytes, gate or IngestGate(), cors or Cors())
        config = uvicorn.Config(
            self._app,
            ssl_context_factory=(lambda *_: certificate.context()) if certificate else None,
            http="httptools",
            interface="asgi3",
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=BACKLOG,
            timeout_keep_alive=KEEP_ALIVE_S,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, name="otlp-http", daemon=True)

    def start(self) -> None:
        """Listen, and serve in a thread."""
        self._socket = bind_socket(self.host, self.port, "OTLP/HTTP", "--otlp-http-port")
        self._socket.listen(BACKLOG)
        self.port = self._socket.getsockname()[1]
        self._thread.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Take no more requests and answer those under way, for at most `timeout_s` seconds."""
        self._server.config.timeout_graceful_shutdown = max(1, round(timeout_s))
        self._server.should_exit = True
        self._thread.join(timeout_s + 1)

    def _serve(self) -> None:
        asyncio.run(self._server.serve([self._socket] if self._socket else None))
        self._app.close()
