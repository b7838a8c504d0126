"""What is measured, by name. Each takes a `Bench` and returns its lines of the table."""

from collections.abc import Callable

from benchmarks.ingest.bench import Bench
from benchmarks.ingest.figures import ReceiverFigure
from benchmarks.ingest.scenarios.busy import busy
from benchmarks.ingest.scenarios.crash import crash
from benchmarks.ingest.scenarios.disk import disk
from benchmarks.ingest.scenarios.latency import latency
from benchmarks.ingest.scenarios.overload import overload
from benchmarks.ingest.scenarios.rates import grpc, http, single

SCENARIOS: dict[str, Callable[[Bench], list[ReceiverFigure]]] = {
    "http": http,
    "grpc": grpc,
    "single": single,
    "latency": latency,
    "busy": busy,
    "disk": disk,
    "overload": overload,
    "crash": crash,
}
