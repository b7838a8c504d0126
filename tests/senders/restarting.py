"""A `spanmart up` that comes back on the ports where it was."""

import errno
import random
import signal
import socket
from pathlib import Path

from support.running import PATIENCE_S, RunningSpanmart, start_spanmart

# Below those that systems give to clients: no connection can take the port while spanmart is away.
PORTS = range(20_000, 32_000)


def free_port() -> int:
    """A port that nobody listens on."""
    while True:
        port = random.choice(PORTS)
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
        else:
            return port


class RestartingSpanmart:
    """Runs on one folder and on the same ports for OTLP; a context manager."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self.http_port, self.grpc_port = free_port(), free_port()
        self.running: RunningSpanmart
        self.start()

    def start(self) -> None:
        """Run it, or run it again; returns once it says that it is ready."""
        ports = ("--otlp-http-port", str(self.http_port), "--otlp-grpc-port", str(self.grpc_port))
        self.running = start_spanmart(self._data, *ports)

    def restart(self, how: signal.Signals) -> None:
        """End the process by this signal, and start it again."""
        self.end(how)
        self.start()

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the process by this signal; SIGTERM lets it finish in order."""
        process = self.running.process
        process.send_signal(how)
        assert process.wait(PATIENCE_S) == (-how if how is signal.SIGKILL else 0)
        assert process.stdout
        process.stdout.close()

    def __enter__(self) -> "RestartingSpanmart":
        return self

    def __exit__(self, *raised: object) -> None:
        self.running.process.kill()
        self.running.process.wait(PATIENCE_S)
