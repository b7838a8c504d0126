"""Batches: cut in two, nothing is lost and both parts add up."""

import pytest
from pyarrow import Table

from spanmart.warehouse import Batch
from support.marts import LOG_EVENTS, SPANS
from support.spans import feedback, span


@pytest.mark.parametrize(("rows", "spans", "events"), [(1, 1, 0), (3, 3, 0), (4, 3, 1)])
def test_both_parts_of_a_batch_add_up(rows: int, spans: int, events: int) -> None:
    batch = Batch(
        source="test",
        spans=Table.from_pylist([span(number) for number in range(3)], SPANS),
        log_events=Table.from_pylist([feedback(1), feedback(2)], LOG_EVENTS),
        received=7,
        rejected=2,
        bytes=100,
    )
    first, rest = batch.split(rows)
    assert (first.spans.num_rows, first.log_events.num_rows) == (spans, events)
    assert (rest.spans.num_rows, rest.log_events.num_rows) == (3 - spans, 2 - events)
    for part in (first, rest):
        assert part.received == part.stored + part.rejected
    assert (first.rejected, rest.rejected, first.bytes + rest.bytes) == (0, 2, 100)
