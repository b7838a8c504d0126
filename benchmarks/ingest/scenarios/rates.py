"""How many spans a second become durable, beside peers that get the same bytes in the same rounds."""

from collections import defaultdict
from dataclasses import dataclass, replace
from statistics import median

from benchmarks.ingest.bench import BATCH, WARM_UP_S, Bench
from benchmarks.ingest.figures import ReceiverFigure, Series, ratio
from benchmarks.ingest.load import Load
from benchmarks.ingest.measuring import Run, measure
from benchmarks.ingest.receivers.peers import Peer, SqlitePeer
from benchmarks.ingest.watching import Watch

_SINGLES = 2_048  # different requests of one span
_CONNECTIONS_OF_SINGLES = 64


def http(bench: Bench) -> list[ReceiverFigure]:
    """Durable spans/s over HTTP, protobuf, 512 spans a request, 8 connections; peers beside it."""
    ours, peers = Series(), defaultdict[str, list[_PeerRun]](list)
    for _ in range(bench.rounds):
        ours.add(*bench.spanmart(lambda to: bench.batches(to.http_port)))
        for name in bench.peers:
            with bench.peer(name) as peer:
                if peer is not None:
                    peers[name].append(_peer_run(bench, peer))
    figures = [ours.figure("http").at_least(25_000)]
    for name in bench.peers:
        figures += _beside(ours, name, peers[name]) or [
            ReceiverFigure("http", name, None, "spans/s", note=bench.absent(name))
        ]
    return figures


def grpc(bench: Bench) -> list[ReceiverFigure]:
    """Durable spans/s over gRPC, 512 spans a request, 8 connections, against HTTP in the same rounds."""
    by_grpc, by_http = Series(), Series()
    for _ in range(bench.rounds):
        by_http.add(*bench.spanmart(lambda to: bench.batches(to.http_port)))
        by_grpc.add(*bench.spanmart(lambda to: bench.batches(to.grpc_port, protocol="grpc")))
    of_http = ratio("grpc", "÷ HTTP", by_grpc.rate, by_http.rate, f"HTTP {by_http.rate:,.0f} spans/s")
    return [by_grpc.figure("grpc"), of_http.at_least(0.8)]


def single(bench: Bench) -> list[ReceiverFigure]:
    """Requests/s of one span each on 64 connections, every one acknowledged once it is on disk."""

    def plan(port: int) -> Load:
        return Load(port, bench.payloads(_SINGLES, 1), _CONNECTIONS_OF_SINGLES, bench.seconds)

    ours, ceiling = Series(), Series()
    for _ in range(bench.rounds):
        ours.add(*bench.spanmart(lambda to: plan(to.http_port)))
        with bench.peer("rotel") as peer:
            if peer is not None:
                ceiling.runs.append(measure(peer, plan(peer.http_port)))
    figure = ours.of("single", "spanmart", round(ours.rate), "requests/s").at_least(1_500)
    figure.note = f"{_latency(ours)}; {figure.note}"
    figures = [figure]
    if ceiling.runs:
        theirs = ceiling.of("single", "rotel", round(ceiling.rate), "requests/s")
        theirs.note = f"{_latency(ceiling)}; keeps nothing"
        figures.append(theirs)
    return figures


@dataclass
class _PeerRun:
    """One round of a peer; what a peer that keeps nothing has no figure for is None."""

    run: Run
    durable: float | None = None  # rows a second
    disk: float | None = None  # bytes of its database for each OTLP byte


def _peer_run(bench: Bench, peer: Peer) -> _PeerRun:
    if isinstance(peer, SqlitePeer):
        return _stored(bench, peer)
    load = bench.batches(peer.http_port)
    measure(peer, replace(load, seconds=WARM_UP_S))
    return _PeerRun(measure(peer, load))


def _stored(bench: Bench, peer: SqlitePeer) -> _PeerRun:
    """Warm it up by one request, send a little more, and count what that became once it has ended."""
    load = replace(
        bench.batches(peer.http_port, peer.connections),
        headers=peer.headers,
        requests=peer.requests,
        seconds=bench.patience_s,
        grace_s=bench.patience_s,
    )
    empty = peer.database_bytes()
    _durable(bench, peer, replace(load, connections=1, requests=1))
    run, durable = _durable(bench, peer, load)
    peer.stop()
    rows, sent = peer.stored() or 0, run.outcome
    otlp_bytes = rows * sent.bytes / sent.acknowledged if sent.acknowledged else 0
    return _PeerRun(run, durable, (peer.database_bytes() - empty) / otlp_bytes if otlp_bytes else None)


def _durable(bench: Bench, peer: SqlitePeer, load: Load) -> tuple[Run, float]:
    """Send and return with the rate at which rows appear, watched until all are there or patience is over."""
    if peer.stores_before_it_answers:
        run = measure(peer, load)
        return run, run.outcome.rate
    watch = Watch(peer)
    run = measure(peer, load, watch.start)
    watch.wait_for(run.outcome.acknowledged, bench.patience_s)
    return run, watch.rate


def _beside(ours: Series, name: str, runs: list[_PeerRun]) -> list[ReceiverFigure]:
    if not runs:
        return []
    series = Series([each.run for each in runs])
    durable = [each.durable for each in runs if each.durable is not None]
    if not durable:
        figure = series.figure("http", name)
        figure.note = "received and dropped"
        return [figure, ratio("http", f"÷ {name}", ours.rate, series.rate).at_least(0.15)]
    figure = series.of("http", name, round(median(durable), 1), "spans/s")
    acknowledged = f"{runs[0].run.outcome.acknowledged:,} acknowledged at {series.rate:,.0f} spans/s"
    figure.note = "; ".join(filter(None, [acknowledged, series.stalls()]))
    figure.details["durable"] = durable
    against = ratio("http", f"÷ {name}", ours.rate, median(durable))
    disk = [each.disk for each in runs if each.disk is not None]
    figures = [figure, against.at_least(200) if name == "phoenix" else against]
    if disk:
        figures.append(
            ReceiverFigure("disk", name, round(median(disk), 2), "× OTLP", note=f"{BATCH} spans a request")
        )
    return figures


def _latency(series: Series) -> str:
    latency = series.runs[-1].outcome.latency_ms
    return f"p50 {latency.get('p50')} ms, p99 {latency.get('p99')} ms"
