"""Asks a server as a browser does that has seen nothing before."""

import gzip
import urllib.request
from dataclasses import dataclass

from benchmarks.ingest.receivers.spanmart import Spanmart

DASHBOARD = "/admin-dashboard?tab=ai-insights"
_PATIENCE_S = 120.0


@dataclass(frozen=True)
class Answer:
    """The body of a 200."""

    sent: bytes  # as it came
    is_packed: bool

    @property
    def text(self) -> str:
        """What it says."""
        return (gzip.decompress(self.sent) if self.is_packed else self.sent).decode()


def ask(server: Spanmart, path: str) -> Answer:
    """The answer to a GET; anything but a 200 is an error."""
    request = urllib.request.Request(url(server, path), headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=_PATIENCE_S) as answer:
        if answer.status != 200:
            raise OSError(f"{path}: {answer.status}")
        return Answer(answer.read(), answer.headers["Content-Encoding"] == "gzip")


def url(server: Spanmart, path: str) -> str:
    """Where that is."""
    return f"http://127.0.0.1:{server.web_port}{path}"
