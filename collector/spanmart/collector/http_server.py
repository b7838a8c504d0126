"""The OTLP/HTTP server: the application in a thread pool of its own."""

import logging
import threading

from cheroot.wsgi import Server

from spanmart.collector.body import MAX_BODY_BYTES
from spanmart.collector.http_app import OtlpHttpApp
from spanmart.collector.listening import ListenError, check_free
from spanmart.warehouse.landing import Landing

# A thread waits for the disk most of its time; as many requests as this can share one commit.
THREADS = 64
BACKLOG = 1024
# Senders keep their connections; each costs a socket and no thread while it is idle.
KEEP_ALIVE_CONNECTIONS = 20_000

log = logging.getLogger(__name__)


class OtlpHttpServer:
    """Receives OTLP over HTTP on `host` and `port`; port 0 takes any free one.

    After `start`, `port` is the real one. Raises PortInUse, ListenError.
    """

    def __init__(
        self, landing: Landing, host: str, port: int, *, max_body_bytes: int = MAX_BODY_BYTES
    ) -> None:
        self.host = host
        self.port = port
        self._server = _Server(
            (host, port),
            OtlpHttpApp(landing, max_body_bytes),
            numthreads=THREADS,
            server_name="spanmart",
            request_queue_size=BACKLOG,
        )
        self._server.keep_alive_conn_limit = KEEP_ALIVE_CONNECTIONS
        self._thread = threading.Thread(target=self._server.serve, name="otlp-http", daemon=True)

    def start(self) -> None:
        """Listen, and serve in threads."""
        check_free(self.host, self.port, "OTLP/HTTP", "--otlp-http-port")
        try:
            self._server.prepare()
        except OSError as error:
            raise ListenError(f"Cannot listen on {self.host}:{self.port} for OTLP/HTTP: {error}") from error
        self.port = self._server.bind_addr[1]
        self._thread.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Take no more requests and answer those under way, for at most `timeout_s` seconds."""
        self._server.shutdown_timeout = timeout_s
        self._server.stop()
        self._thread.join(timeout_s)


class _Server(Server):
    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        log.log(level, "%s", msg, exc_info=traceback)
