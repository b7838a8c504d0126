"""What happens when far more comes than can be stored."""

from dataclasses import replace

from benchmarks.ingest.bench import BATCH, Bench
from benchmarks.ingest.figures import ReceiverFigure, Series
from benchmarks.ingest.load import Outcome
from benchmarks.ingest.measuring import account, measure

_TIMES = 5
_LONGER = 3  # than other runs, so that memory has time to grow
_CONNECTIONS = 200
_RETRYABLE = {"429", "502", "503", "504"}


def overload(bench: Bench) -> list[ReceiverFigure]:
    """Peak memory while 5 times the spans arrive that the same process has just been measured to store."""
    series = Series()
    with bench.started() as receiver:
        usual = measure(receiver, bench.batches(receiver.http_port))
        load = replace(
            bench.batches(receiver.http_port, _CONNECTIONS),
            seconds=bench.seconds * _LONGER,
            rate=_TIMES * usual.outcome.rate / BATCH,
        )
        run = measure(receiver, load)
        receiver.stop()
        series.add(run, account([usual.outcome, run.outcome], *receiver.counted()))
    memory = series.of("overload", "spanmart", round(run.peak_rss_mb), "MB peak RSS").at_most(1_000)
    offered = _offered(run.outcome) / load.seconds / usual.outcome.rate
    memory.note = (
        f"offered {offered:.1f} × {usual.outcome.rate:,.0f} spans/s, accepted {run.outcome.rate:,.0f}; "
        f"{memory.note}"
    )
    return [memory, _refusals(run.outcome)]


def _offered(outcome: Outcome) -> int:
    """Spans of all requests that were begun, whatever became of them."""
    return (outcome.requests + sum(outcome.refused.values()) + outcome.unanswered) * BATCH


def _refusals(outcome: Outcome) -> ReceiverFigure:
    wrong = sum(count for status, count in outcome.refused.items() if status not in _RETRYABLE)
    figure = ReceiverFigure(
        "overload", "spanmart", wrong + outcome.unanswered, "refusals not to be retried"
    ).at_most(0)
    figure.note = f"by status {outcome.refused}, without answer {outcome.unanswered}"
    return figure
