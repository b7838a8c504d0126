"""A receiver as the benchmark sees it: a process with a port and a folder whose rows can be counted."""

import subprocess
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.processes import kill

START_S = 180.0
STOP_S = 120.0


class CannotStart(Exception):
    """A receiver could not be installed or started; the message says why, for the table."""


@dataclass
class Receiver(ABC):
    """One run of a receiver on a folder of its own."""

    folder: Path
    http_port: int = 0
    grpc_port: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[str] | None" = None

    @abstractmethod
    def start(self) -> None:
        """Start it and wait until it takes spans; `CannotStart` if it does not."""

    @abstractmethod
    def stored(self) -> int | None:
        """Spans in its database, also while it runs, if it allows that; None: it keeps none."""

    @property
    def pid(self) -> int:
        """The process's id."""
        assert self.process is not None
        return self.process.pid

    def stop(self) -> None:
        """SIGTERM, and wait; what does not end in `STOP_S` is killed."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            kill(self.process)

    def kill(self) -> None:
        """`kill -9`."""
        if self.process is not None:
            kill(self.process)

    @property
    def log(self) -> Path:
        """What the process wrote."""
        return self.folder.with_suffix(".log")

    def spawn(
        self, command: list[str], environment: dict[str, str] | None = None, *, ready_line: bool = False
    ) -> None:
        """Start the process, its output in the log; with `ready_line`, standard output is ours to read."""
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.log.open("a")
        try:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE if ready_line else log, stderr=log, text=True, env=environment
            )
        except OSError as error:
            raise CannotStart(f"{command[0]}: {error.strerror}") from error
        finally:
            log.close()

    def wait_for_answer(self, url: str) -> None:
        """Wait until `url` answers anything at all."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(url, timeout=5).close()
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.2)
            else:
                return
        self.kill()
        raise CannotStart(f"no answer at {url}; the end of its log: {self.tail()}")

    def tail(self) -> str:
        """The last line of the log."""
        lines = self.log.read_text(errors="replace").strip().splitlines() if self.log.exists() else []
        return lines[-1][:200] if lines else "(empty)"
