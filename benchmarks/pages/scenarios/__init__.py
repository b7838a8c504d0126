"""What is measured, by name. Each takes a `Bench` and returns its lines of the table."""

from collections.abc import Callable

from benchmarks.figure import Figure
from benchmarks.pages.bench import Bench
from benchmarks.pages.scenarios.export import export
from benchmarks.pages.scenarios.html import html
from benchmarks.pages.scenarios.phoenix import phoenix
from benchmarks.pages.scenarios.port import port
from benchmarks.pages.scenarios.search import search

SCENARIOS: dict[str, Callable[[Bench], list[Figure]]] = {
    "html": html,
    "search": search,
    "export": export,
    "port": port,
    "phoenix": phoenix,
}
