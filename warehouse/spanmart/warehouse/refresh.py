"""The refresh thread: dbt brings the marts up to date with what has landed.

A refresh takes whole commits, a bounded number of rows at a time, from where the last finished one ended.
What a crash leaves half done is done again, so nothing has to be cleaned up.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import duckdb

from spanmart.warehouse.database import Warehouse
from spanmart.warehouse.dbt_runner import DbtFailed, DbtRunner
from spanmart.warehouse.errors import WarehouseError
from spanmart.warehouse.fault_search import FaultSearch
from spanmart.warehouse.prices.in_force import PriceLists
from spanmart.warehouse.retention import newest_failure
from spanmart.warehouse.set_aside import SetAside

# Bound the memory of a rebuild and the file's growth by tables that live for one run, in whole commits.
# Much at once is faster: what does not fill a part of a table, 122,880 rows, is written twice.
ROWS_PER_REFRESH, BYTES_PER_REFRESH = 1_000_000, 1024 * 1024 * 1024
# While senders are served there is less memory: their spans, several times over, are what a refresh needs.
ROWS_WHILE_SERVING, BYTES_WHILE_SERVING = 25_000, 64 * 1024 * 1024
LONGEST_PAUSE_S = 60.0

REFRESHED = """
select refreshed_seq, refreshed_at, project_fingerprint from refresh.refresh_state
"""
# A window from the very start that has not finished: some marts may still be those of before the rebuild. Or
# the state of versions that named it otherwise, which a rebuild drops: one has worked on the marts since.
BROKEN_REBUILD = """
select
    (select count(*) from refresh.refresh_window where from_seq = 0 and not is_finished)
    + (
        select count(*) from duckdb_tables()
        where schema_name = 'intermediate' and table_name = 'int_refreshed'
    )
"""

log = logging.getLogger(__name__)


class RefreshFailed(WarehouseError):
    """The marts could not be brought up to date; those of before go on being served."""


@dataclass(frozen=True)
class RefreshReport:
    """What one refresh did. `duration_s` is wall time in seconds."""

    changed: bool
    full: bool
    refreshed_seq: int
    duration_s: float


@dataclass(frozen=True)
class RefreshStatus:
    """The marts as they are. `version` grows whenever they change, across restarts too; times are UTC.

    `set_aside` commits are not in them, because no model could be built with them. `retention_error` is why
    retention could not take what it is to take, when it last tried.
    """

    version: int = 0
    refreshed_seq: int = 0
    refreshed_at: datetime | None = None
    duration_s: float = 0.0
    running: bool = False
    error: str | None = None
    progress: str | None = None
    set_aside: int = 0
    retention_error: str | None = None


@dataclass(frozen=True)
class _Built:
    seq: int
    at: datetime
    fingerprint: str
    broken: bool


class Refresher:
    """Keeps a warehouse's marts fresh. `seconds` is the least time between the starts of two refreshes."""

    def __init__(
        self,
        warehouse: Warehouse,
        seconds: float = 5.0,
        *,
        prices: PriceLists | None = None,
        rows_per_refresh: int = ROWS_PER_REFRESH,
        bytes_per_refresh: int = BYTES_PER_REFRESH,
    ) -> None:
        self._warehouse = warehouse
        self._prices = prices or PriceLists(warehouse)
        self._prices.put_into_force()
        self._seconds = seconds
        self._rows_per_refresh, self._bytes_per_refresh = rows_per_refresh, bytes_per_refresh
        self._dbt = DbtRunner(warehouse)
        self._set_aside = SetAside(warehouse)
        self._changed = threading.Condition()
        self._one_refresh = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._status = RefreshStatus()
        if (built := self._built()) is not None:
            self._status = self._status_of(built)

    @property
    def status(self) -> RefreshStatus:
        """The newest status; replaced as a whole, so that its fields belong together."""
        return self._status

    def start(self) -> None:
        """Refresh now, and from then on whenever something has landed."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="refresh", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread once the refresh that runs has finished."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def wait_for(self, ingest_seq: int, timeout: float) -> bool:
        """Wait until the marts contain that commit; False if `timeout` seconds were not enough."""
        with self._changed:
            return self._changed.wait_for(lambda: self._status.refreshed_seq >= ingest_seq, timeout)

    def refresh(self, full: bool = False) -> RefreshReport:
        """Bring the marts up to date with all that has landed when called. Raises RefreshFailed.

        `full` makes them anew from the ledger; so does a new project by itself. New prices change only costs.
        """
        with self._one_refresh, self._reported():
            started = time.monotonic()
            goal = self._warehouse.landing.committed_seq
            variables = self._variables()
            built = self._built()
            anew = full or _must_rebuild(built, goal, variables["project_fingerprint"])
            if not anew and built is not None:
                variables["has_new_prices"] = built.fingerprint != variables["project_fingerprint"]
                if built.seq >= goal and not variables["has_new_prices"]:
                    self._set(error=None)
                    return RefreshReport(False, False, built.seq, time.monotonic() - started)
                variables["rows_per_refresh"] = min(self._rows_per_refresh, ROWS_WHILE_SERVING)
                variables["bytes_per_refresh"] = min(self._bytes_per_refresh, BYTES_WHILE_SERVING)
            seq = self._refresh_up_to(goal, anew, variables)
            return RefreshReport(True, anew, seq, time.monotonic() - started)

    def _variables(self) -> dict[str, Any]:
        """What dbt is told: the same for all runs of one refresh, so that they fit together."""
        prices = self._prices.settle()
        return {
            "rows_per_refresh": self._rows_per_refresh,
            "bytes_per_refresh": self._bytes_per_refresh,
            "calls_per_repricing": self._rows_per_refresh,
            "project_fingerprint": f"{self._dbt.fingerprint}-{prices}",
            "prices_day": prices.day.isoformat(),
        }

    def _refresh_up_to(self, goal: int, anew: bool, variables: dict[str, Any]) -> int:
        self._set(running=True, progress="reading the dbt project")
        if anew:
            self._set_aside.forget_others(_project(variables["project_fingerprint"]))
        while True:
            try:
                built: _Built | None = self._refresh_once(goal, anew, variables)
                anew = False
            except DbtFailed as fault:
                anew = self._search(goal, variables).settle(fault, anew)
                built = self._built()
            if anew or built is None:
                continue
            variables["has_new_prices"] = built.fingerprint != variables["project_fingerprint"]
            if self._stopping.is_set() or (built.seq >= goal and not variables["has_new_prices"]):
                return built.seq

    def _search(self, goal: int, variables: dict[str, Any]) -> FaultSearch:
        def refresh(last_seq: int, anew: bool) -> None:
            self._refresh_once(goal, anew, {**variables, "last_seq": last_seq})

        project = _project(variables["project_fingerprint"])
        return FaultSearch(self._warehouse, self._set_aside, project, refresh)

    @contextmanager
    def _reported(self) -> Iterator[None]:
        """Whatever stops a refresh is in the log and in the status, and the next one starts from nothing."""
        try:
            yield
        # A full disk, or an installation that is being upgraded: files and modules come and go.
        except (DbtFailed, duckdb.Error, OSError, ImportError) as error:
            log.error("The marts were not refreshed: %s", error)
            self._dbt.forget()
            self._set(error=str(error))
            raise RefreshFailed(f"The marts were not refreshed: {error}") from error
        finally:
            self._set(running=False, progress=None)

    def _refresh_once(self, goal: int, anew: bool, variables: dict[str, Any]) -> _Built:
        started = time.monotonic()
        work = self._dbt.rebuild if anew else self._dbt.refresh
        before = 0 if anew else self._status.refreshed_seq
        work(variables, lambda node: self._set(progress=f"{before} of {goal} commits are in, now {node}"))
        built = self._built()
        if built is None:
            raise DbtFailed("dbt reported success, but the marts say nothing of a finished refresh")
        self._status = replace(
            self._status_of(built),
            running=True,
            duration_s=time.monotonic() - started,
            progress=self._status.progress,
        )
        self._set(error=None)
        return built

    def _built(self) -> _Built | None:
        """The last finished refresh, or None where there is none."""
        with self._warehouse.cursor() as cursor:
            try:
                row = cursor.execute(REFRESHED).fetchone()
                [broken] = cursor.execute(BROKEN_REBUILD).fetchone() or (0,)
            except duckdb.CatalogException:
                return None
        return _Built(row[0], row[1], row[2], bool(broken)) if row else None

    def _status_of(self, built: _Built) -> RefreshStatus:
        return RefreshStatus(
            version=int(built.at.replace(tzinfo=UTC).timestamp() * 1000),
            refreshed_seq=built.seq,
            refreshed_at=built.at,
            set_aside=self._set_aside.count(),
            retention_error=newest_failure(self._warehouse),
        )

    def _set(self, **changes: object) -> None:
        with self._changed:
            self._status = replace(self._status, **changes)  # type: ignore[arg-type]
            self._changed.notify_all()

    def _run(self) -> None:
        pause = self._seconds
        while not self._stopping.is_set():
            started = time.monotonic()
            try:
                self.refresh()
                pause = self._seconds
            except RefreshFailed:
                pause = min(2 * pause, LONGEST_PAUSE_S)
            self._stopping.wait(max(0.0, started + pause - time.monotonic()))
            while self._nothing_new() and not self._stopping.wait(min(self._seconds, 0.2)):
                pass

    def _nothing_new(self) -> bool:
        return (
            self._status.error is None
            and self._warehouse.landing.committed_seq <= self._status.refreshed_seq
            and not self._prices.changed
        )


def _must_rebuild(built: _Built | None, goal: int, fingerprint: str) -> bool:
    if built is None or built.broken or built.seq > goal:
        return True
    return _project(built.fingerprint) != _project(fingerprint)


def _project(fingerprint: str) -> str:
    """The part that does not change with prices."""
    return fingerprint.partition("-")[0]
