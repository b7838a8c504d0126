"""spanmart itself, from the command that this interpreter's environment has."""

import json
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from benchmarks.ingest.receivers.receiver import START_S, CannotStart, Receiver

QUIET_S = 86_400.0  # refreshes so rare that none falls into a run


@dataclass
class Spanmart(Receiver):
    """`spanmart up` on free ports."""

    refresh_seconds: float = QUIET_S
    web_port: int = 0
    options: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Start it and wait until it is ready and its first refresh, which prepares dbt, is over."""
        command = [str(Path(sys.executable).with_name("spanmart")), "up", "--data", str(self.folder)]
        ports = ["--web-port", "0", "--otlp-http-port", "0", "--otlp-grpc-port", "0"]
        refresh = ["--refresh-seconds", str(self.refresh_seconds)]
        self.spawn([*command, *ports, *refresh, *self.options], ready_line=True)
        assert self.process is not None
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise CannotStart(f"spanmart did not become ready; the end of its log: {self.tail()}")
        ready = json.loads(line)
        self.http_port, self.grpc_port = ready["otlp_http_port"], ready["otlp_grpc_port"]
        self.web_port = ready["web_port"]
        self._wait_for_marts()

    def _wait_for_marts(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.web_port}/readyz", timeout=10).close()
            except OSError:  # HTTP errors among them: 503 says that the marts are being built
                time.sleep(0.2)
            else:
                return
        raise CannotStart(f"no marts after {START_S:.0f} s; the end of its log: {self.tail()}")

    def stored(self) -> int | None:
        """Rows of `raw.spans`; only once it has ended, because it alone may open the file while it runs."""
        return self.counted()[0]

    def counted(self) -> tuple[int, int]:
        """Rows of `raw.spans`, and distinct spans among them; call it after `stop` or `kill`."""
        query = "select count(*), count(distinct trace_id || span_id) from raw.spans"
        with duckdb.connect(str(self.folder / "landing.duckdb"), read_only=True) as landing:
            rows, distinct = landing.sql(query).fetchall()[0]
        return rows, distinct

    def landing_bytes(self) -> int:
        """Size of the ledger's file and its write-ahead log."""
        return sum(path.stat().st_size for path in self.folder.glob("landing.duckdb*"))
