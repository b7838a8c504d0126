"""What is measured, by name. Each takes a `Bench` and returns its lines of the table."""

from collections.abc import Callable

from benchmarks.figure import Figure
from benchmarks.marts.bench import Bench
from benchmarks.marts.scenarios.build import build
from benchmarks.marts.scenarios.disk import disk
from benchmarks.marts.scenarios.freshness import freshness
from benchmarks.marts.scenarios.pages import pages
from benchmarks.marts.scenarios.refresh import refresh

# The first three leave the ledgers as they are.
SCENARIOS: dict[str, Callable[[Bench], list[Figure]]] = {
    "build": build,
    "disk": disk,
    "pages": pages,
    "refresh": refresh,
    "freshness": freshness,
}
