"""The load of many small apps, each sending its own few spans."""

from pathlib import Path

from benchmarks.ingest.load import Load
from benchmarks.ingest.payloads import payloads

_SPANS_A_SECOND, _SPANS_A_REQUEST, _CONNECTIONS = 1_000, 10, 16
_DIFFERENT = 256  # requests


def steady(port: int, cache: Path, seconds: float) -> Load:
    """1,000 spans/s: 100 requests/s of 10 spans, whose encoded requests are kept in `cache`."""
    made = payloads(cache, _DIFFERENT, _SPANS_A_REQUEST)
    return Load(port, str(made), _CONNECTIONS, seconds, rate=_SPANS_A_SECOND / _SPANS_A_REQUEST)
