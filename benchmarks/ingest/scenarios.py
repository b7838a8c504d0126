"""What is measured of spanmart, each scenario beside its target."""

from collections.abc import Callable

from benchmarks.ingest.bench import Bench, Figure, rate_figure


def http(bench: Bench) -> list[Figure]:
    """Durable spans a second: OTLP/HTTP protobuf, 512 spans a request, 8 connections."""
    runs, accounts = [], []
    for _ in range(bench.rounds):
        run, balance, receiver = bench.spanmart(lambda to: bench.batches(to.http_port))
        bench.discard(receiver.folder)
        runs.append(run)
        accounts.append(balance)
    figure = rate_figure("http", "spanmart", runs, accounts)
    figure.target, figure.met = "≥ 25,000", (figure.value or 0) >= 25_000
    return [figure]


SCENARIOS: dict[str, Callable[[Bench], list[Figure]]] = {"http": http}
