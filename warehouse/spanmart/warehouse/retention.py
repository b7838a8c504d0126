"""Retention: what landed long ago leaves the ledger, or loses its texts, and with the next refresh the marts.

Everything goes in pieces of one commit each, so that senders hardly wait and a crash costs at most a piece.
"""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import duckdb
import pyarrow as pa

from spanmart.warehouse.batch import ATTRIBUTES
from spanmart.warehouse.database import Warehouse
from spanmart.warehouse.errors import WarehouseError
from spanmart.warehouse.text_removal import events_without_texts, without_text, without_texts

SOURCE = "retention"
ROWS, TEXTS = "rows", "texts"
ROWS_A_PIECE = {ROWS: 50_000, TEXTS: 1_000}
CHECK_EVERY_S = 3600.0
FINAL_TEXT = "spanmart.feedback.final_text"
EDIT_DISTANCE = "spanmart.feedback.edit_distance"

# The texts of what is not in the marts yet are still needed.
REFRESHED_SEQ = "select refreshed_seq from refresh.refresh_state"
TAKEN_BEFORE = "select max(landed_before) from landing.raw.retention where takes = $takes"
PIECES = """
with arrived as (
    select
        ingest_seq,
        committed_at,
        -- Commits of one moment share a piece.
        sum(stored) over (order by committed_at) // $rows as piece
    from landing.raw.batches
    where
        source <> 'retention'
        and committed_at < $before
        and committed_at < coalesce(
            (select min(committed_at) from landing.raw.batches where ingest_seq > $upto_seq), $before
        )
        and committed_at >= coalesce($since, timestamp '1970-01-01')
)
select min(ingest_seq), max(ingest_seq), max(committed_at) + interval 1 microsecond
from arrived
group by piece
order by piece
"""
NEWEST_FAILURE = "select failed_at, error from landing.raw.retention_failures order by failed_at desc limit 1"
NOTE_FAILURE = "insert into landing.raw.retention_failures values ($1, $2)"
FORGET_FAILURES = "delete from landing.raw.retention_failures"
TABLES = ("spans", "log_events")
COUNT_OLD = "select count(*) from landing.raw.{table} where ingested_at < $1"
DELETE_OLD = "delete from landing.raw.{table} where ingested_at < $1"
RECORD = "insert into landing.raw.retention values ($1, $2, $3, $4)"

SPANS = "select rowid as ledger_row, * from landing.raw.spans where ingest_seq between $first and $last"
# What users wrote of a call goes with the call's own texts, however late they wrote it.
LOG_EVENTS = """
with judged as (
    select interaction_id, edit_distance from marts.interactions
    where user_feedback <> 'no_feedback' and ingest_seq between $first and $last
),

events as (
    select
        rowid as ledger_row,
        * exclude (time),
        coalesce(nullif(attributes['spanmart.interaction.id'], ''), trace_id || '-' || span_id)
            as interaction_id
    from landing.raw.log_events
)
select events.* exclude (interaction_id), judged.edit_distance
from events
left join judged using (interaction_id)
where
    events.ingest_seq between $first and $last
    or (events.event_name = 'gen_ai.evaluation.result' and judged.interaction_id is not null)
"""
DELETE = "delete from landing.raw.{table} where rowid in (select ledger_row from emptied)"
INSERT = """
insert into landing.raw.{table} by name
select * exclude (ledger_row) replace ($1::bigint as ingest_seq) from emptied
"""

# Given the connection and the commit's number: how many rows went, and how many came.
Change = Callable[[duckdb.DuckDBPyConnection, int], tuple[int, int]]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Keeps:
    """How many days the ledger keeps rows, and how many the texts in them; None: for ever."""

    days: float | None = None
    text_days: float | None = None


class Retention:
    """Takes what is older than a warehouse `keeps`; with `start`, now and every hour."""

    def __init__(self, warehouse: Warehouse, keeps: Keeps) -> None:
        self._warehouse = warehouse
        self._keeps = keeps
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Keep to it from now on, if anything is to go at all."""
        if self._keeps != Keeps():
            self._thread = threading.Thread(target=self._run, name="retention", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread after the piece that it is taking."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def apply(self, now: datetime | None = None) -> dict[str, int]:
        """Take what is too old at `now` (UTC): returns how many rows went and how many lost their texts."""
        now = now or datetime.now(UTC).replace(tzinfo=None)
        taken = {ROWS: 0, TEXTS: 0}
        if self._keeps.days is not None:
            taken[ROWS] = sum(self._take_rows(now - timedelta(days=self._keeps.days)))
        if self._keeps.text_days is not None:
            taken[TEXTS] = sum(self._take_texts(now - timedelta(days=self._keeps.text_days)))
        if any(taken.values()):
            self._make_room()
        return taken

    def _run(self) -> None:
        while True:
            try:
                taken = self.apply()
            # Rows that no table can hold, or a disk that is full.
            except (WarehouseError, duckdb.Error, pa.ArrowException, OSError, ValueError) as error:
                log.error("Retention stopped half-way and goes on in an hour: %s", error)
                self._note(NOTE_FAILURE, [datetime.now(UTC).replace(tzinfo=None), str(error)])
            else:
                self._note(FORGET_FAILURES, [])
                if any(taken.values()):
                    log.info("retention: %(rows)d rows are gone, %(texts)d lost their texts", taken)
            if self._stopping.wait(CHECK_EVERY_S):
                return

    def _note(self, statement: str, parameters: list[object]) -> None:
        """Tell the doctor and the pages; where even that fails, the log has said it."""

        def write(connection: duckdb.DuckDBPyConnection) -> None:
            connection.execute(statement, parameters)

        with contextlib.suppress(WarehouseError, duckdb.Error):
            self._warehouse.landing.run(write).result()

    def _take_rows(self, before: datetime) -> Iterator[int]:
        with self._warehouse.cursor() as cursor:
            old = _of_all_tables(cursor, COUNT_OLD, before)
        if old:
            boundaries = [landed_before for _, _, landed_before in self._pieces(ROWS, before)]
            for landed_before in (*boundaries, before):
                yield self._amend(ROWS, landed_before, partial(_deleted, before=landed_before))

    def _take_texts(self, before: datetime) -> Iterator[int]:
        for first, last, landed_before in self._pieces(TEXTS, before):
            yield self._amend(TEXTS, landed_before, partial(_emptied, first=first, last=last))

    def _pieces(self, takes: str, before: datetime) -> list[tuple[int, int, datetime]]:
        """What landed before and is to go, in pieces: first and last commit, and when they had landed."""
        with self._warehouse.cursor() as cursor:
            [since] = cursor.execute(TAKEN_BEFORE, {"takes": takes}).fetchone() or (None,)
            upto_seq = _refreshed_seq(cursor) if takes == TEXTS else self._warehouse.landing.committed_seq
            rows = ROWS_A_PIECE[takes]
            parameters = {"rows": rows, "upto_seq": upto_seq, "before": before, "since": since}
            return cursor.execute(PIECES, parameters).fetchall()

    def _amend(self, takes: str, landed_before: datetime, change: Change) -> int:
        """Make the change in a commit of its own, unless we are to stop; returns how many rows it took."""
        rows_taken = 0
        if self._stopping.is_set():
            return rows_taken

        def amend(connection: duckdb.DuckDBPyConnection, seq: int) -> int:
            nonlocal rows_taken
            rows_taken, stored = change(connection, seq)
            connection.execute(RECORD, [seq, takes, landed_before, rows_taken])
            return stored

        self._warehouse.landing.amend(SOURCE, amend).result()
        return rows_taken

    def _make_room(self) -> None:
        """Give the space of deleted rows back to the file; what is being read meanwhile goes another time."""
        landing = self._warehouse.landing

        def checkpoint(connection: duckdb.DuckDBPyConnection) -> None:
            if not landing.holds_checkpoints:
                connection.execute("checkpoint landing")

        landing.run(checkpoint).result()


def newest_failure(warehouse: Warehouse) -> str | None:
    """Why retention could not do its work when it last tried; None where it could."""
    with warehouse.cursor() as cursor:
        failure = cursor.execute(NEWEST_FAILURE).fetchone()
    return failure[1] if failure else None


def _refreshed_seq(cursor: duckdb.DuckDBPyConnection) -> int:
    try:
        [seq] = cursor.execute(REFRESHED_SEQ).fetchone() or (0,)
    except duckdb.CatalogException:
        return 0
    return int(seq)


def _deleted(connection: duckdb.DuckDBPyConnection, _: int, before: datetime) -> tuple[int, int]:
    """Delete the rows that landed before; returns how many, and that none came instead."""
    return _of_all_tables(connection, DELETE_OLD, before), 0


def _of_all_tables(cursor: duckdb.DuckDBPyConnection, statement: str, before: datetime) -> int:
    """The sum of the counts that the statement gives."""
    counts = [cursor.execute(statement.format(table=table), [before]).fetchone() for table in TABLES]
    return sum(count for (count,) in filter(None, counts))


def _emptied(connection: duckdb.DuckDBPyConnection, seq: int, first: int, last: int) -> tuple[int, int]:
    """Land the rows of these commits again without their texts; returns how many went and how many came."""
    commits = {"first": first, "last": last}
    spans = connection.execute(SPANS, commits).to_arrow_table()
    log_events = connection.execute(LOG_EVENTS, commits).to_arrow_table()
    _replace(connection, "spans", _emptied_spans(spans), seq)
    _replace(connection, "log_events", _emptied_log_events(log_events), seq)
    rows = len(spans) + len(log_events)
    return rows, rows


def _replace(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table, seq: int) -> None:
    connection.register("emptied", rows)
    try:
        connection.execute(DELETE.format(table=table))
        connection.execute(INSERT.format(table=table), [seq])
    finally:
        connection.unregister("emptied")


def _emptied_spans(spans: pa.Table) -> pa.Table:
    attributes = [without_texts(each) for each in spans["attributes"].to_pylist()]
    events = [events_without_texts(each) for each in spans["events"].to_pylist()]
    return _with(spans, attributes=pa.array(attributes, ATTRIBUTES), events=pa.array(events, pa.string()))


def _emptied_log_events(log_events: pa.Table) -> pa.Table:
    """Events without texts; feedback keeps how far the text was edited, which nobody could count any more."""
    distances = log_events["edit_distance"].to_pylist()
    attributes = [
        _with_distance(dict(each), distance)
        for each, distance in zip(log_events["attributes"].to_pylist(), distances, strict=True)
    ]
    bodies = [body and without_text("body", body) for body in log_events["body"].to_pylist()]
    return _with(
        log_events.drop_columns("edit_distance"),
        attributes=pa.array([without_texts(each.items()) for each in attributes], ATTRIBUTES),
        body=pa.array(bodies, pa.string()),
    )


def _with_distance(attributes: dict[str, str | None], distance: int | None) -> dict[str, str | None]:
    if distance is None or FINAL_TEXT not in attributes:
        return attributes
    return {EDIT_DISTANCE: str(distance), **attributes}


def _with(table: pa.Table, **columns: pa.Array) -> pa.Table:
    for name, column in columns.items():
        table = table.set_column(table.schema.get_field_index(name), name, column)
    return table
