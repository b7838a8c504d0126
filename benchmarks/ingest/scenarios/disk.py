"""How much disk a span takes once the write-ahead log is checkpointed."""

from dataclasses import replace

from benchmarks.ingest.bench import BATCH, Bench
from benchmarks.ingest.figures import ReceiverFigure, Series
from benchmarks.ingest.measuring import account, measure

_SENT = 128  # requests: 65,536 spans, so that half a row group of 122,880 is filled
_DIFFERENT = 48
_AT_MOST_S = 300.0


def disk(bench: Bench) -> list[ReceiverFigure]:
    """Bytes of `landing.duckdb` after a stop, which checkpoints, for each OTLP byte sent."""
    series = Series()
    with bench.started() as receiver:
        load = replace(
            bench.batches(receiver.http_port),
            payloads=bench.payloads(_DIFFERENT),
            seconds=_AT_MOST_S,
            requests=_SENT,
        )
        run = measure(receiver, load)
        receiver.stop()
        series.add(run, account([run.outcome], *receiver.counted()))
        size = receiver.landing_bytes()
    figure = series.of("disk", "spanmart", round(size / run.outcome.bytes, 3), "× OTLP").at_most(0.4)
    a_span = run.outcome.bytes / run.outcome.acknowledged
    figure.note = f"{size / run.outcome.acknowledged:,.0f} of {a_span:,.0f} bytes a span; {figure.note}"
    figure.details |= {"landing_bytes": size, "otlp_bytes": run.outcome.bytes, "spans_a_request": BATCH}
    return [figure]
