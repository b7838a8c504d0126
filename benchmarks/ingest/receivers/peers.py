"""What users would pick instead: two that keep traces in SQLite, and one that receives and drops."""

import os
import socket
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.ingest.environments import environment
from benchmarks.ingest.receivers.receiver import Receiver


def free_port() -> int:
    """A port that was free a moment ago; these peers cannot choose one themselves."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


@dataclass
class Peer(Receiver):
    """A receiver from an environment of its own."""

    cache: Path = field(default_factory=Path)

    def program(self, name: str, path: str) -> str:
        """A program of the peer's environment, which is made if it is missing."""
        return str(environment(name, self.cache) / path)


@dataclass
class SqlitePeer(Peer):
    """A peer whose spans are rows of a table `spans`.

    Its rate is measured under a load that suits it. More only slows it: Phoenix under a full load for two
    seconds stores less than one span a second afterwards; MLflow's writers wait for one another.
    """

    database: str = ""
    connections: int = 1
    requests: int = 8
    stores_before_it_answers: bool = False

    def stored(self) -> int | None:
        """Committed rows, also while it runs."""
        path = self.folder / self.database
        if not path.exists():
            return 0
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
        try:
            count: int = connection.execute("select count(*) from spans").fetchone()[0]
        finally:
            connection.close()
        return count

    def database_bytes(self) -> int:
        """Size of the database with its write-ahead log."""
        return sum(path.stat().st_size for path in self.folder.glob(f"{self.database}*"))


@dataclass
class Phoenix(SqlitePeer):
    """Arize Phoenix on SQLite, as `phoenix serve` sets it up."""

    database: str = "phoenix.db"
    connections: int = 8

    def start(self) -> None:
        """Start it and wait until its page answers."""
        self.http_port, self.grpc_port = free_port(), free_port()
        variables = {
            "PHOENIX_HOST": "127.0.0.1",
            "PHOENIX_PORT": str(self.http_port),
            "PHOENIX_GRPC_PORT": str(self.grpc_port),
            "PHOENIX_WORKING_DIR": str(self.folder),
            "PHOENIX_TELEMETRY_ENABLED": "false",
            "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false",
        }
        self.spawn([self.program("phoenix", "bin/phoenix"), "serve"], {**os.environ, **variables})
        self.wait_for_answer(f"http://127.0.0.1:{self.http_port}/healthz")


@dataclass
class Mlflow(SqlitePeer):
    """MLflow's tracking server on SQLite; spans go to its default experiment."""

    database: str = "mlflow.db"
    stores_before_it_answers: bool = True  # watching its database would only hold its writer up

    def start(self) -> None:
        """Start it and wait until it is healthy."""
        self.http_port = free_port()
        self.headers = {"x-mlflow-experiment-id": "0"}
        store = [
            *("--backend-store-uri", f"sqlite:///{self.folder / self.database}"),
            *("--artifacts-destination", str(self.folder / "artifacts")),
            *("--host", "127.0.0.1", "--port", str(self.http_port)),
            *(
                "--workers",
                "1",
            ),  # SQLite takes one writer, and every worker needs 20 s to load for its first span
        ]
        variables = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
        program = self.program("mlflow", "bin/mlflow")
        path = f"{Path(program).parent}{os.pathsep}{os.environ['PATH']}"  # it starts its workers by name
        self.spawn([program, "server", *store], {**os.environ, **variables, "PATH": path})
        self.wait_for_answer(f"http://127.0.0.1:{self.http_port}/health")


@dataclass
class Rotel(Peer):
    """rotel, a receiver in Rust, exporting to nowhere: the ceiling for receiving and decoding."""

    def start(self) -> None:
        """Start it and wait until it listens."""
        self.http_port, self.grpc_port = free_port(), free_port()
        packages = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
        self.spawn(
            [
                *(self.program("rotel", f"{packages}/rotel/rotel-agent"), "start", "--exporter", "blackhole"),
                *("--otlp-http-endpoint", f"127.0.0.1:{self.http_port}"),
                *("--otlp-grpc-endpoint", f"127.0.0.1:{self.grpc_port}"),
            ]
        )
        self.wait_for_answer(f"http://127.0.0.1:{self.http_port}/v1/traces")

    def stored(self) -> int | None:
        """It keeps nothing."""
        return None


PEERS: dict[str, Callable[[Path, Path], Peer]] = {
    "phoenix": lambda folder, cache: Phoenix(folder, cache=cache),
    "mlflow": lambda folder, cache: Mlflow(folder, cache=cache),
    "rotel": lambda folder, cache: Rotel(folder, cache=cache),
}
