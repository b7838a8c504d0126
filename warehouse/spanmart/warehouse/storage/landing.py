"""Landing: one thread writes batches into the raw tables, many batches to a commit.

Syncing the disk is what a commit costs, so whatever arrives during one commit shares the next.
"""

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Self, TypeVar

import duckdb
import pyarrow as pa

from spanmart.warehouse.errors import LandingClosed, LandingFailed, LandingOverloaded
from spanmart.warehouse.storage.batch import Batch, Rows
from spanmart.warehouse.storage.data_folder import write_ahead_log

MAX_BYTES_IN_FLIGHT = 64 * 1024 * 1024
# A commit of this size takes well under a second, so that nobody waits longer for its turn.
MAX_COMMIT_BYTES = 32 * 1024 * 1024
# DuckDB writes whole row groups straight to their place in the file, compressed. Anything less goes to the
# log first and is written again at the next checkpoint, for which senders wait.
ROW_GROUP_ROWS = 2048
# The log is checkpointed at this size, for which senders wait about 0.1 s. It grows faster than the rows:
# with lists among the columns DuckDB logs a vector of 2,048 rows from its beginning, whatever a commit adds.
MAX_LOG_BYTES = 8 * 1024 * 1024
# A commit costs much the same for one row as for a thousand. So after one, the writer gathers what arrives
# for as long as that took, at most so many seconds, unless a row group is whole before: what arrives one by
# one shares commits, and what arrives after a pause does not wait.
MAX_GATHER_S = 0.025

T = TypeVar("T")

PATH = "select path from duckdb_databases() where database_name = 'landing'"
NEWEST_SEQ = "select coalesce(max(ingest_seq), 0) from landing.raw.batches"
INSERT_SPANS = "insert into landing.raw.spans by name select *, $1::timestamp as ingested_at from arriving"
INSERT_LOG_EVENTS = (
    "insert into landing.raw.log_events by name select *, $1::timestamp as ingested_at from arriving"
)
INSERT_BATCHES = (
    "insert into landing.raw.batches by name select *, $1::timestamp as committed_at from arriving"
)
INSERT_AMENDMENT = """
insert into landing.raw.batches (ingest_seq, source, received, stored, rejected, bytes, committed_at)
values ($1, $2, $3, $3, 0, 0, $4::timestamp)
"""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Waiting:
    """A batch, or a part of one. The sender waits for the last part."""

    batch: Batch
    size: int
    future: "Future[int]" = field(default_factory=Future)
    is_last: bool = True

    def split(self, rows: int) -> tuple[Self, Self]:
        first, rest = self.batch.split(rows)
        size = self.size * rows // self.batch.stored
        return (
            replace(self, batch=first, size=size, is_last=False),
            replace(self, batch=rest, size=self.size - size),
        )

    def settle(self, outcome: int | LandingFailed) -> None:
        if self.future.done():
            return  # a part before could not be stored
        if isinstance(outcome, LandingFailed):
            self.future.set_exception(outcome)
        elif self.is_last:
            self.future.set_result(outcome)


@dataclass(frozen=True)
class _Action:
    run: Callable[[duckdb.DuckDBPyConnection], Any]
    future: "Future[Any]" = field(default_factory=Future)

    def settle(self, connection: duckdb.DuckDBPyConnection) -> None:
        try:
            self.future.set_result(self.run(connection))
        except Exception as error:  # noqa: BLE001 - whoever asked for the action is told
            self.future.set_exception(error)


class Room:
    """The bytes that one request holds of the landing's bound, from its first byte until it is answered."""

    def __init__(self, landing: "Landing") -> None:
        self._landing = landing
        self.held = 0

    def grow(self, size: int) -> None:
        """Hold `size` more bytes; raises LandingOverloaded, LandingClosed."""
        self._landing._reserve(size)
        self.held += size

    def give_up(self) -> int:
        """Hold nothing any more, and say how much it was: who takes it over counts it from now on."""
        held, self.held = self.held, 0
        return held

    def __enter__(self) -> Self:
        """Itself, holding nothing yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of what is still held."""
        self._landing._release(self.give_up())


class Landing:
    """Stores batches durably, in the order in which they were submitted. Owns `connection`.

    `attach` is the statement that attaches the file again after a full disk has made DuckDB give it up.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        *,
        attach: str | None = None,
        max_bytes_in_flight: int = MAX_BYTES_IN_FLIGHT,
    ) -> None:
        self._connection = connection
        self._attach = attach
        self._bound = max_bytes_in_flight
        # Set in an action of `run`, for as long as somebody copies the file.
        self.holds_checkpoints = False
        [path] = connection.execute(PATH).fetchone() or ("",)
        self._log = write_ahead_log(Path(path))
        [newest] = connection.execute(NEWEST_SEQ).fetchone() or (0,)
        self._committed_seq: int = newest
        self._bytes_in_flight = 0
        self._closed = False
        self._queue: deque[_Waiting | _Action] = deque()
        self._rows_waiting = 0
        self._gather_until = 0.0
        self._lock = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="landing", daemon=True)
        self._thread.start()

    @property
    def committed_seq(self) -> int:
        """The newest committed ingest_seq; 0 while there is none."""
        return self._committed_seq

    def room(self) -> Room:
        """Room for a request that is still arriving, so that it is bounded before it is decoded."""
        return Room(self)

    def submit(self, batch: Batch, room: Room | None = None) -> "Future[int]":
        """Queue a batch; the future gives its ingest_seq once it is on disk, or raises LandingFailed.

        A batch for which there is `room` takes that over and is admitted; without, LandingOverloaded is
        raised where the bound is reached. Raises LandingClosed at once.
        """
        waiting = _Waiting(batch, batch.size)
        # Nobody may cancel what may already be on disk.
        waiting.future.set_running_or_notify_cancel()
        with self._lock:
            if room is None:
                self._reserve(waiting.size)
            else:
                self._refuse_if_closed()
                self._bytes_in_flight += waiting.size - room.give_up()
            self._queue.append(waiting)
            self._rows_waiting += batch.stored
            self._lock.notify()
        return waiting.future

    def run(self, action: Callable[[duckdb.DuckDBPyConnection], T]) -> "Future[T]":
        """Run `action` on the writer's connection between two commits; nothing is landed meanwhile.

        Raises LandingClosed. What the action raises is raised by the future.
        """
        queued = _Action(action)
        with self._lock:
            self._refuse_if_closed()
            self._queue.append(queued)
            self._lock.notify()
        return queued.future

    def amend(self, source: str, change: Callable[[duckdb.DuckDBPyConnection, int], int]) -> "Future[int]":
        """Run `change` as a commit of its own, with the next ingest_seq; it returns how many rows it stored.

        The future gives the ingest_seq, or raises what `change` raised: then nothing has changed.
        """

        def amend(_: duckdb.DuckDBPyConnection) -> int:
            try:
                return self._amend(source, change)
            except duckdb.Error:
                self._revive()
                raise

        return self.run(amend)

    def close(self) -> None:
        """Take no more batches, write those that wait, and end the thread."""
        with self._lock:
            self._closed = True
            self._lock.notify()
        self._thread.join()
        self._connection.close()

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise LandingClosed("spanmart is shutting down. Send again once it is back.")

    def _reserve(self, size: int) -> None:
        """Count `size` more bytes. One request alone is always admitted, whatever the bound."""
        with self._lock:
            self._refuse_if_closed()
            if self._bytes_in_flight and self._bytes_in_flight + size > self._bound:
                raise LandingOverloaded(self._bytes_in_flight, self._bound)
            self._bytes_in_flight += size

    def _release(self, size: int) -> None:
        with self._lock:
            self._bytes_in_flight -= size

    def _run(self) -> None:
        taken: list[_Waiting] = []
        try:
            while (next_ := self._next()) is not None:
                if isinstance(next_, _Action):
                    next_.settle(self._connection)
                else:
                    taken = next_
                    began = time.monotonic()
                    self._land(taken)
                    self._gather_until = min(2 * time.monotonic() - began, time.monotonic() + MAX_GATHER_S)
                    self._keep_log_short()
        finally:
            self._abandon(taken)

    def _abandon(self, taken: list[_Waiting]) -> None:
        """Nobody may wait for ever, should the thread end by an error of our own."""
        with self._lock:
            self._closed = True
            left = [*taken, *self._queue]
            self._queue.clear()
        for waiting in left:
            if not waiting.future.done():
                waiting.future.set_exception(LandingClosed("The writer has stopped. Restart spanmart."))

    def _next(self) -> list[_Waiting] | _Action | None:
        """What to do next: a commit or an action, once there is one; None at the end."""
        with self._lock:
            self._lock.wait_for(lambda: bool(self._queue) or self._closed)
            self._lock.wait_for(self._has_enough, max(0.0, self._gather_until - time.monotonic()))
            if not self._queue:
                return None
            if isinstance(first := self._queue[0], _Action):
                self._queue.popleft()
                return first
            group = self._take_group()
            self._rows_waiting -= sum(waiting.batch.stored for waiting in group)
            return group

    def _has_enough(self) -> bool:
        return self._closed or self._rows_waiting >= ROW_GROUP_ROWS or isinstance(self._queue[0], _Action)

    def _take_group(self) -> list[_Waiting]:
        """Take those that share the next commit off the queue: whole row groups if there is one, else all.

        A commit writes a row group that is not full twice: now, and again when the next commit fills it. So
        of more rows than a row group has, those that go beyond the last whole one stay in the queue, to come
        first next time. The batch in which the boundary lies is split there; its sender is answered when its
        last part is stored. Of fewer rows all go: their senders should not wait for others.

        Two bounds hold besides: an action (a checkpoint, a deletion) is a commit of its own and ends the
        group, and a group has MAX_COMMIT_BYTES at most, but always one batch.
        """
        group: list[_Waiting] = []
        size = rows = 0
        while self._queue and not isinstance(waiting := self._queue[0], _Action):
            if group and size + waiting.size > MAX_COMMIT_BYTES:
                break
            group.append(waiting)
            size += waiting.size
            rows += waiting.batch.stored
            self._queue.popleft()
        beyond = rows % ROW_GROUP_ROWS
        while group and rows > ROW_GROUP_ROWS and beyond:
            last = group.pop()
            stays = last.batch.stored - beyond
            if stays > 0:
                last, rest = last.split(stays)
                group.append(last)
                self._queue.appendleft(rest)
                break
            self._queue.appendleft(last)
            beyond -= last.batch.stored
        return group

    def _land(self, group: list[_Waiting]) -> None:
        try:
            first_seq = self._commit([waiting.batch for waiting in group])
        except (duckdb.Error, pa.ArrowException) as error:
            self._revive()
            if len(group) > 1:
                # One batch may be at fault: those beside it must not suffer for it.
                for waiting in group:
                    self._land([waiting])
                return
            log.exception("A batch from %s could not be stored", group[0].batch.source)
            self._settle(group, LandingFailed(f"The batch could not be stored: {error}"))
        else:
            self._settle(group, first_seq)

    def _keep_log_short(self) -> None:
        if self.holds_checkpoints or not self._log.exists() or self._log.stat().st_size < MAX_LOG_BYTES:
            return
        try:
            self._connection.execute("checkpoint landing")
        except duckdb.Error as error:
            # What is committed is on disk all the same; after the next commit it is tried again.
            log.warning("The log of landing.duckdb could not be written into the file: %s", error)
            self._revive()

    def _revive(self) -> None:
        """Attach the file anew if DuckDB has given it up, as it does where a write fails for lack of room."""
        try:
            self._connection.execute(NEWEST_SEQ)
        except duckdb.Error:
            if self._attach is None:
                return
            with contextlib.suppress(duckdb.Error):
                self._connection.execute("detach landing")
            try:
                self._connection.execute(self._attach)
                [newest] = self._connection.execute(NEWEST_SEQ).fetchone() or (0,)
            except duckdb.Error as error:
                log.warning("landing.duckdb cannot be attached again yet: %s", error)
            else:
                # A commit that seemed to fail may be on disk.
                self._committed_seq = newest
                log.warning("landing.duckdb was given up and is attached again")

    def _commit(self, batches: list[Batch]) -> int:
        """Store the batches in one transaction and return the first one's ingest_seq."""
        now = _now()
        numbered = list(enumerate(batches, self._committed_seq + 1))
        spans = list(_tables((seq, batch.spans) for seq, batch in numbered))
        log_events = list(_tables((seq, batch.log_events) for seq, batch in numbered))
        with self._transaction():
            for statement, tables in (
                (INSERT_SPANS, spans),
                (INSERT_LOG_EVENTS, log_events),
                (INSERT_BATCHES, [_ledger(numbered)]),
            ):
                for table in tables:
                    self._insert(statement, table, now)
        first_seq, self._committed_seq = numbered[0][0], numbered[-1][0]
        return first_seq

    def _amend(self, source: str, change: Callable[[duckdb.DuckDBPyConnection, int], int]) -> int:
        seq = self._committed_seq + 1
        with self._transaction():
            stored = change(self._connection, seq)
            self._connection.execute(INSERT_AMENDMENT, [seq, source, stored, _now()])
        self._committed_seq = seq
        return seq

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.begin()
        try:
            yield
            self._connection.commit()
        except BaseException:
            # A commit that failed has already ended its transaction.
            with contextlib.suppress(duckdb.Error):
                self._connection.rollback()
            raise

    def _insert(self, statement: str, rows: pa.Table, now: datetime) -> None:
        self._connection.register("arriving", rows)
        try:
            self._connection.execute(statement, [now])
        finally:
            self._connection.unregister("arriving")

    def _settle(self, group: list[_Waiting], outcome: int | LandingFailed) -> None:
        self._release(sum(waiting.size for waiting in group))
        for position, waiting in enumerate(group):
            waiting.settle(outcome + position if isinstance(outcome, int) else outcome)


def _tables(numbered: Iterable[tuple[int, Rows | None]]) -> Iterator[pa.Table]:
    """The rows with their ingest_seq, in as few tables as there are runs of one kind of rows."""
    some = [(seq, rows) for seq, rows in numbered if rows is not None and rows.num_rows]
    for _, run in groupby(some, key=_kind):
        seqs, parts = zip(*run, strict=True)
        table = pa.concat_tables(parts) if isinstance(parts[0], pa.Table) else parts[0].table(parts)
        yield table.append_column("ingest_seq", pa.array(_repeat(seqs, parts), pa.int64()))


def _kind(numbered: tuple[int, Rows]) -> object:
    rows = numbered[1]
    return rows.schema if isinstance(rows, pa.Table) else type(rows)


def _repeat(seqs: Sequence[int], parts: Sequence[Rows]) -> list[int]:
    return [seq for seq, part in zip(seqs, parts, strict=True) for _ in range(part.num_rows)]


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


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
