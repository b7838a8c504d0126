"""Landing: batches are numbered in order of commit, counted, bounded, and never half stored."""

import dataclasses
import threading
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from spanmart.warehouse import Batch, Landing, LogEvent, Warehouse
from spanmart.warehouse.errors import LandingClosed, LandingFailed, LandingOverloaded
from spanmart.warehouse.storage.batch import SPANS

EVENT = LogEvent("happened", time_unix_nano=1_500_000_000_123_456_789)


def events(count=1, source="test"):
    return Batch.of_log_events(source, [EVENT] * count)


def spans(number):
    row = dict.fromkeys(SPANS.names, "") | {
        "trace_id": f"{number:032x}",
        "start_time_unix_nano": 1,
        "end_time_unix_nano": 2,
        "attributes": [("a", "1")],
        "resource_attributes": [],
        "events": "[]",
        "links": "[]",
    }
    return Batch("test", pa.Table.from_pylist([row], SPANS), None, received=1, rejected=0, bytes=100)


def poison():
    """A batch that DuckDB refuses: events that are no JSON."""
    batch = spans(1)
    column = batch.spans.schema.get_field_index("events")
    return dataclasses.replace(batch, spans=batch.spans.set_column(column, "events", pa.array(["{no json"])))


@pytest.fixture
def warehouse(tmp_path):
    opened = Warehouse.open(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def query(warehouse):
    with warehouse.cursor() as cursor:
        yield lambda sql: cursor.execute(sql).fetchall()


class Paused:
    """The writer held at its next commit, so that batches gather behind it."""

    def __init__(self, landing, monkeypatch):
        self._go = threading.Event()
        self.reached = threading.Event()
        commit = landing._commit

        def wait_then_commit(batches):
            self.reached.set()
            self._go.wait()
            return commit(batches)

        monkeypatch.setattr(landing, "_commit", wait_then_commit)

    def go(self):
        self._go.set()


def test_a_batch_is_readable_once_its_future_is_done(warehouse, query):
    seq = warehouse.landing.submit(spans(1)).result()

    assert seq == warehouse.landing.committed_seq == 1
    assert query("select trace_id, attributes, ingest_seq from landing.raw.spans") == [
        (f"{1:032x}", {"a": "1"}, 1)
    ]


def test_batches_are_numbered_without_gaps_in_the_order_of_submission(warehouse, query):
    futures = [warehouse.landing.submit(events()) for _ in range(20)]

    assert [future.result() for future in futures] == list(range(1, 21))
    assert query("select ingest_seq from landing.raw.batches order by rowid") == [
        (seq,) for seq in range(1, 21)
    ]


def test_batches_that_gather_during_a_commit_share_the_next(warehouse, query, monkeypatch):
    paused = Paused(warehouse.landing, monkeypatch)
    first = warehouse.landing.submit(events())
    paused.reached.wait()
    later = [warehouse.landing.submit(batch) for batch in (events(), spans(1), events())]
    paused.go()

    assert [future.result() for future in (first, *later)] == [1, 2, 3, 4]
    [(commits,)] = query("select count(distinct committed_at) from landing.raw.batches")
    assert commits == 2


def test_the_ledger_counts_what_was_received_stored_and_rejected(warehouse, query):
    warehouse.landing.submit(
        dataclasses.replace(events(3, "otlp_http"), received=5, rejected=2, bytes=77)
    ).result()
    warehouse.landing.submit(Batch("otlp_grpc", None, None, received=4, rejected=4, bytes=9)).result()

    assert query("select ingest_seq, source, received, stored, rejected, bytes from landing.raw.batches") == [
        (1, "otlp_http", 5, 3, 2, 77),
        (2, "otlp_grpc", 4, 0, 4, 9),
    ]


def test_times_of_ingest_are_utc(warehouse, query):
    warehouse.landing.submit(events()).result()

    [(ingested_at, committed_at)] = query(
        "select ingested_at, committed_at from landing.raw.log_events natural join landing.raw.batches"
    )
    now = datetime.now(UTC).replace(tzinfo=None)
    assert ingested_at == committed_at
    assert timedelta(0) <= now - ingested_at < timedelta(hours=1)


def test_events_made_here_look_like_those_received(warehouse, query):
    attributes = {"label": "accepted", "score": 80, "ratio": 0.5, "final": True, "text": 'as "is"\x00'}
    event = LogEvent(
        "rated", 1_500, trace_id="ab" * 16, attributes=attributes, resource_attributes={"a": "b"}
    )

    warehouse.landing.submit(Batch.of_log_events("api", [event])).result()

    columns = "time, trace_id, span_id, event_name, attributes, resource_attributes"
    [row] = query(f"select {columns} from landing.raw.log_events")
    text = {"label": "accepted", "score": "80", "ratio": "0.5", "final": "true", "text": 'as "is"\x00'}
    assert row == (datetime(1970, 1, 1, microsecond=1), "ab" * 16, None, "rated", text, {"a": "b"})


def test_the_time_of_an_event_is_kept_to_the_nanosecond(warehouse, query):
    warehouse.landing.submit(events()).result()

    [(nanoseconds, time)] = query("select time_unix_nano, time from landing.raw.log_events")
    assert nanoseconds == EVENT.time_unix_nano
    assert time == datetime(2017, 7, 14, 2, 40, 0, 123456)


def test_a_batch_that_cannot_be_stored_leaves_those_of_its_commit_alone(warehouse, query, monkeypatch):
    paused = Paused(warehouse.landing, monkeypatch)
    first = warehouse.landing.submit(events())
    paused.reached.wait()
    good, bad, also_good = (warehouse.landing.submit(batch) for batch in (spans(7), poison(), events()))
    paused.go()

    assert (first.result(), good.result(), also_good.result()) == (1, 2, 3)
    with pytest.raises(LandingFailed, match="JSON"):
        bad.result()
    assert query("select trace_id from landing.raw.spans") == [(f"{7:032x}",)]
    assert query("select count(*) from landing.raw.batches") == [(3,)]


def test_beyond_the_bound_batches_are_refused_until_the_disk_has_caught_up(warehouse, monkeypatch):
    with warehouse.cursor() as cursor:
        landing = Landing(cursor, max_bytes_in_flight=1_000)
        paused = Paused(landing, monkeypatch)
        first = landing.submit(dataclasses.replace(events(), bytes=900))

        with pytest.raises(LandingOverloaded, match="1000") as caught:
            landing.submit(dataclasses.replace(events(), bytes=200))
        with landing.room() as room, pytest.raises(LandingOverloaded):
            room.grow(200)

        paused.go()
        first.result()
        assert caught.value.retry_after_s > 0
        assert landing.submit(dataclasses.replace(events(), bytes=200)).result() == 2
        landing.close()


def test_a_batch_beyond_the_bound_is_taken_when_nothing_else_waits(warehouse):
    with warehouse.cursor() as cursor:
        landing = Landing(cursor, max_bytes_in_flight=10)
        assert landing.submit(events(5)).result() == 1
        landing.close()


def test_closing_writes_what_waits_and_takes_no_more(tmp_path, monkeypatch):
    warehouse = Warehouse.open(tmp_path)
    paused = Paused(warehouse.landing, monkeypatch)
    waiting = [warehouse.landing.submit(events()) for _ in range(3)]
    paused.reached.wait()
    closing = threading.Thread(target=warehouse.close)
    closing.start()
    paused.go()
    closing.join()

    assert [future.result() for future in waiting] == [1, 2, 3]
    with pytest.raises(LandingClosed):
        warehouse.landing.submit(events())
    reopened = Warehouse.open(tmp_path)
    assert reopened.landing.committed_seq == 3
    reopened.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_nobody_waits_for_ever_when_the_writer_stops_by_an_error_of_its_own(warehouse, monkeypatch):
    def broken(_batches):
        raise AssertionError("a fault in the code")

    monkeypatch.setattr(warehouse.landing, "_commit", broken)

    with pytest.raises(LandingClosed, match="Restart"):
        warehouse.landing.submit(events()).result()
    with pytest.raises(LandingClosed):
        warehouse.landing.submit(events())


def test_many_threads_may_submit_at_once(warehouse, query):
    def submit_some():
        for _ in range(20):
            warehouse.landing.submit(events(2)).result()

    threads = [threading.Thread(target=submit_some) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert query("select count(*), count(distinct ingest_seq) from landing.raw.log_events") == [(320, 160)]


def many_spans(first, count):
    tables = [spans(number).spans for number in range(first, first + count)]
    return Batch("test", pa.concat_tables(tables), None, received=count + 1, rejected=1, bytes=100 * count)


def test_a_busy_writer_commits_whole_row_groups_and_answers_a_batch_with_its_last_part(
    warehouse, query, monkeypatch
):
    paused = Paused(warehouse.landing, monkeypatch)
    first = warehouse.landing.submit(events())
    paused.reached.wait()
    waiting = [warehouse.landing.submit(many_spans(start, 1500)) for start in (1, 2001, 4001)]
    paused.go()

    seqs = [future.result() for future in (first, *waiting)]
    assert seqs == sorted(seqs)
    assert query(
        "select sum(stored) from landing.raw.batches group by committed_at order by committed_at"
    ) == [
        (1,),
        (4096,),
        (404,),
    ]
    assert query("select count(distinct trace_id), count(*) from landing.raw.spans") == [(4500, 4500)]
    assert query(
        "select sum(received), sum(rejected), sum(bytes) from landing.raw.batches where ingest_seq > 1"
    ) == [(4503, 3, 450_000)]
    counted = "select ingest_seq, count(*) from landing.raw.spans group by 1 order by 1"
    assert query(counted) == query(
        "select ingest_seq, stored from landing.raw.batches where ingest_seq > 1 order by 1"
    )
