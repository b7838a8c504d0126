"""The demo application beside `spanmart up`: a process of its own, started anew when it dies."""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

SERVICE_NAME = "training-builder"
_LONGEST_PAUSE_S = 60.0
_CLI = Path(__file__).resolve().parents[1]
_EXAMPLES = _CLI.parents[2] / "examples"

log = logging.getLogger("spanmart.demo")


class DemoMissing(Exception):
    """The installation lacks the demo application."""


def application_dir() -> Path:
    """Return the application: within the command in a wheel, in `examples` of a checkout."""
    for candidate in (_CLI / "training_builder", _EXAMPLES / "training_builder"):
        if (candidate / "__main__.py").is_file():
            return candidate
    raise DemoMissing(
        f"The demo application is neither in {_CLI} nor in {_EXAMPLES}. "
        "Install spanmart[server] again, or run from a whole checkout."
    )


def environment_for(otlp_url: str, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment of an application that sends to `otlp_url`, whatever OTEL_* say here."""
    own = {key: value for key, value in environment.items() if not key.startswith("OTEL_")}
    return own | {
        "OTEL_EXPORTER_OTLP_ENDPOINT": otlp_url,
        "OTEL_SERVICE_NAME": SERVICE_NAME,
        "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=demo",
        # Sent every second: what happens in the demo is wanted on the pages soon.
        "OTEL_BSP_SCHEDULE_DELAY": "1000",
        "OTEL_BLRP_SCHEDULE_DELAY": "1000",
    }


class Demo:
    """Runs the application until `stop`."""

    def __init__(self, otlp_url: str) -> None:
        # The application stops when its standard input ends, so that it never outlives this process.
        self._command = [sys.executable, str(application_dir()), "--stop-with-stdin"]
        self._environment = environment_for(otlp_url)
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._keep_running, name="demo", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Ask it to stop, which sends what it still holds; kill it after `timeout_s`."""
        with self._lock:
            self._stopping.set()
            process = self._process
        if process is not None:
            process.terminate()
            try:
                process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                log.warning("the demo application did not stop in %.0f s and is killed", timeout_s)
                process.kill()
        self._thread.join(timeout_s)

    def _keep_running(self) -> None:
        pause = 1.0
        while (process := self._launch()) is not None:
            started = time.monotonic()
            status = process.wait()
            if self._stopping.is_set() or status == 0:
                return
            lasted = time.monotonic() - started
            pause = 1.0 if lasted > _LONGEST_PAUSE_S else min(2 * pause, _LONGEST_PAUSE_S)
            log.warning("the demo application ended with status %d; again in %.0f s", status, pause)
            self._stopping.wait(pause)

    def _launch(self) -> "subprocess.Popen[bytes] | None":
        """Start the process, unless the stop came first."""
        with self._lock:
            if self._stopping.is_set():
                return None
            self._process = subprocess.Popen(  # noqa: S603 - our own application
                self._command,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=sys.stderr,
                # Ctrl-C in the terminal is for `spanmart up`, which then stops the application in order.
                start_new_session=True,
            )
            return self._process
