"""Landing: one thread writes batches into the raw tables, many batches to a commit.

Syncing the disk is what a commit costs, so whatever arrives during one commit shares the next.
"""

import contextlib
import logging
import queue
import threading
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from spanmart.warehouse.batch import Batch
from spanmart.warehouse.errors import LandingClosed, LandingFailed, LandingOverloaded

MAX_BYTES_IN_FLIGHT = 256 * 1024 * 1024
# A commit of this size takes well under a second, so that nobody waits longer for its turn.
MAX_COMMIT_BYTES = 64 * 1024 * 1024
DUCKDB_VECTOR_ROWS = 2048

NEWEST_SEQ = "select coalesce(max(ingest_seq), 0) from landing.raw.batches"
INSERT_SPANS = "insert into landing.raw.spans by name select *, $1::timestamp as ingested_at from arriving"
INSERT_LOG_EVENTS = (
    "insert into landing.raw.log_events by name select *, $1::timestamp as ingested_at from arriving"
)
INSERT_BATCHES = (
    "insert into landing.raw.batches by name select *, $1::timestamp as committed_at from arriving"
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Waiting:
    batch: Batch
    size: int
    future: "Future[int]" = field(default_factory=Future)


class Landing:
    """Stores batches durably, in the order in which they were submitted. Owns `connection`."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, *, max_bytes_in_flight: int = MAX_BYTES_IN_FLIGHT
    ) -> None:
        self._connection = connection
        self._bound = max_bytes_in_flight
        [newest] = connection.execute(NEWEST_SEQ).fetchone() or (0,)
        self._committed_seq: int = newest
        self._bytes_in_flight = 0
        self._closed = False
        self._lock = threading.Lock()
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="landing", daemon=True)
        self._thread.start()

    @property
    def committed_seq(self) -> int:
        """The newest committed ingest_seq; 0 while there is none."""
        return self._committed_seq

    def check_capacity(self, size: int) -> None:
        """Raise LandingOverloaded if `size` more bytes would not be admitted now.

        Lets a receiver refuse before it spends time on decoding. One batch alone is always admitted.
        """
        if self._bytes_in_flight and self._bytes_in_flight + size > self._bound:
            raise LandingOverloaded(self._bytes_in_flight, self._bound)

    def submit(self, batch: Batch) -> "Future[int]":
        """Queue a batch; the future gives its ingest_seq once it is on disk, or raises LandingFailed.

        Raises LandingOverloaded, LandingClosed at once.
        """
        waiting = _Waiting(batch, _size(batch))
        with self._lock:
            if self._closed:
                raise LandingClosed("spanmart is shutting down. Send again once it is back.")
            self.check_capacity(waiting.size)
            self._bytes_in_flight += waiting.size
            self._queue.put(waiting)
        return waiting.future

    def close(self) -> None:
        """Take no more batches, write those that wait, and end the thread."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        group: list[_Waiting] = []
        try:
            while (first := self._queue.get()) is not None:
                group, last = self._gather(first)
                self._land(group)
                if last:
                    return
        finally:
            self._abandon(group)

    def _abandon(self, group: list[_Waiting]) -> None:
        """Nobody may wait for ever, should the thread end by an error of our own."""
        with self._lock:
            self._closed = True
        while not self._queue.empty():
            if waiting := self._queue.get():
                group.append(waiting)
        for waiting in group:
            if not waiting.future.done():
                waiting.future.set_exception(LandingClosed("The writer has stopped. Restart spanmart."))

    def _gather(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        """All that waits, up to the size of a commit, and whether the end of the queue was met."""
        group, size = [first], first.size
        while size < MAX_COMMIT_BYTES:
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                break
            if waiting is None:
                return group, True
            group.append(waiting)
            size += waiting.size
        return group, False

    def _land(self, group: list[_Waiting]) -> None:
        try:
            first_seq = self._commit([waiting.batch for waiting in group])
        except (duckdb.Error, pa.ArrowException) as error:
            if len(group) > 1:
                # One batch may be at fault: those beside it must not suffer for it.
                for waiting in group:
                    self._land([waiting])
                return
            log.exception("A batch from %s could not be stored", group[0].batch.source)
            self._settle(group, LandingFailed(f"The batch could not be stored: {error}"))
        else:
            self._settle(group, first_seq)

    def _commit(self, batches: list[Batch]) -> int:
        """Store the batches in one transaction and return the first one's ingest_seq."""
        now = datetime.now(UTC).replace(tzinfo=None)
        numbered = list(enumerate(batches, self._committed_seq + 1))
        self._connection.begin()
        try:
            self._insert(INSERT_SPANS, _with_seq((seq, batch.spans) for seq, batch in numbered), now)
            self._insert(
                INSERT_LOG_EVENTS, _with_seq((seq, batch.log_events) for seq, batch in numbered), now
            )
            self._insert(INSERT_BATCHES, _ledger(numbered), now)
            self._connection.commit()
        except BaseException:
            # A commit that failed has already ended its transaction.
            with contextlib.suppress(duckdb.Error):
                self._connection.rollback()
            raise
        first_seq, self._committed_seq = numbered[0][0], numbered[-1][0]
        return first_seq

    def _insert(self, statement: str, rows: pa.Table | None, now: datetime) -> None:
        if rows is None:
            return
        self._connection.register("arriving", rows)
        try:
            self._connection.execute(statement, [now])
        finally:
            self._connection.unregister("arriving")

    def _settle(self, group: list[_Waiting], outcome: int | LandingFailed) -> None:
        with self._lock:
            self._bytes_in_flight -= sum(waiting.size for waiting in group)
        for position, waiting in enumerate(group):
            if isinstance(outcome, int):
                waiting.future.set_result(outcome + position)
            else:
                waiting.future.set_exception(outcome)


def _size(batch: Batch) -> int:
    """Bytes that a batch holds in memory: a few as sent may unfold into many."""
    sizes: list[int] = [table.nbytes for table in (batch.spans, batch.log_events) if table is not None]
    return max(batch.bytes, *sizes, 0)


def _with_seq(tables: Iterable[tuple[int, pa.Table | None]]) -> pa.Table | None:
    numbered = [
        table.append_column("ingest_seq", pa.repeat(pa.scalar(seq, pa.int64()), table.num_rows))
        for seq, table in tables
        if table is not None and table.num_rows
    ]
    if not numbered:
        return None
    rows = pa.concat_tables(numbered)
    # DuckDB handles each Arrow chunk by itself, which many requests of one span would make costly.
    return rows.combine_chunks() if rows.num_rows <= DUCKDB_VECTOR_ROWS else rows


def _ledger(numbered: list[tuple[int, Batch]]) -> pa.Table:
    return pa.table(
        {
            "ingest_seq": [seq for seq, _ in numbered],
            "source": [batch.source for _, batch in numbered],
            "received": [batch.received for _, batch in numbered],
            "stored": [batch.stored for _, batch in numbered],
            "rejected": [batch.rejected for _, batch in numbered],
            "bytes": [batch.bytes for _, batch in numbered],
        }
    )
