"""What is lost of that which was acknowledged when a receiver is killed under load."""

import threading
from dataclasses import replace

from benchmarks.ingest.bench import Bench
from benchmarks.ingest.figures import ReceiverFigure
from benchmarks.ingest.measuring import Run, measure
from benchmarks.ingest.receivers.peers import SqlitePeer
from benchmarks.ingest.receivers.receiver import Receiver

_UNDER_LOAD = 0.7  # of the time, then it is killed


def crash(bench: Bench) -> list[ReceiverFigure]:
    """Acknowledged spans lost by `kill -9` under load."""
    with bench.started() as receiver:
        figures = [_figure("spanmart", _killed(bench, receiver), receiver.stored() or 0).at_most(0)]
    for name in bench.peers:
        with bench.peer(name) as peer:
            if isinstance(peer, SqlitePeer):
                figures.append(_figure(name, _killed(bench, peer), peer.stored() or 0))
    return figures


def _killed(bench: Bench, receiver: Receiver) -> Run:
    """Load it and kill it while it is loaded."""
    timer = threading.Timer(bench.seconds * _UNDER_LOAD, receiver.kill)
    load = replace(bench.batches(receiver.http_port), headers=receiver.headers, grace_s=bench.patience_s)
    run = measure(receiver, load, timer.start)
    timer.join()
    return run


def _figure(name: str, run: Run, stored: int) -> ReceiverFigure:
    acknowledged = run.outcome.acknowledged
    note = f"acknowledged {acknowledged:,}, stored {stored:,}, unanswered {run.outcome.unanswered_spans:,}"
    return ReceiverFigure("crash", name, max(0, acknowledged - stored), "spans lost", note=note)
