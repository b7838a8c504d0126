"""The search for the commit that no refresh can be built with, so that the rest can go on.

The window that failed is halved until one commit is left, in log2 of its commits refreshes. That one is set
aside only if a refresh of it alone fails again and one without it succeeds, which on a full disk or with a
broken installation none does.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spanmart.warehouse.dbt_runner import DbtFailed
from spanmart.warehouse.set_aside import SetAside

if TYPE_CHECKING:
    from spanmart.warehouse.database import Warehouse

WINDOW = "select from_seq, upto_seq, is_finished from refresh.refresh_window"
STORED = "select coalesce(sum(stored), 0) from landing.raw.batches where ingest_seq between $1 and $2"

# The kind of an error as DuckDB and Python name it; what comes after may quote a row, and say anything.
KIND = re.compile(r"^\s*([A-Za-z ]*?) ?(?:Error|Exception): ", re.MULTILINE)
# Of the machine, the files or the models rather than of a row.
NOT_OF_ROWS = {
    "IO", "Binder", "Catalog", "Parser", "Permission", "Connection", "TransactionContext", "FATAL",
    "Dependency", "INTERRUPT", "OS", "Import", "ModuleNotFound", "FileNotFound",
}  # fmt: skip
# Of one commit only if another, beside it, can be built with as much memory.
OF_MEMORY = {"Out of Memory", "Memory"}
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Window:
    from_seq: int
    upto_seq: int
    is_finished: bool


class FaultSearch:
    """Finds the commit at fault; `refresh` builds up to a commit and raises DbtFailed where that fails.

    It is told whether to build anew, too, which it is until it has succeeded once.
    """

    def __init__(
        self,
        warehouse: "Warehouse",
        set_aside: SetAside,
        project: str,
        refresh: Callable[[int, bool], object],
    ) -> None:
        self._warehouse = warehouse
        self._set_aside = set_aside
        self._project = project
        self._refresh = refresh
        self._anew = False

    def settle(self, fault: DbtFailed, anew: bool) -> bool:
        """Set the commit at fault aside, or raise `fault` where it is not of one.

        Returns whether the marts must still be built anew.
        """
        self._anew = anew
        window = self._window()
        if window.is_finished or window.from_seq == window.upto_seq:
            raise fault
        _refuse_if_not_of_rows(fault)
        seq = self._narrow(window)
        again = self._fault_with(seq)
        if again is None:
            return self._anew
        self._leave_aside(seq, window, again)
        return self._anew

    def _narrow(self, window: _Window) -> int:
        low, high = window.from_seq, window.upto_seq
        while high - low > 1:
            middle = (low + high) // 2
            if self._fault_with(middle) is None:
                low = middle
            else:
                high = middle
        return high

    def _leave_aside(self, seq: int, window: _Window, fault: DbtFailed) -> None:
        self._set_aside.put(seq, self._project, str(fault))
        try:
            self._refuse_unless_it_succeeds_without(seq, window, fault)
        except BaseException:
            self._set_aside.take_back(seq)
            raise
        log.error(
            "Commit %d is set aside, for the marts could not be built with it: %s. They are built without "
            "it; its rows stay in the ledger, and the next version of spanmart tries again.",
            seq,
            fault,
        )

    def _refuse_unless_it_succeeds_without(self, seq: int, window: _Window, fault: DbtFailed) -> None:
        beside = self._stored(window.from_seq + 1, window.upto_seq) - self._stored(seq, seq)
        is_of_memory = _kind(fault) in OF_MEMORY
        if is_of_memory and not beside:
            raise fault
        if self._fault_with(window.upto_seq) is None:
            return
        # Another commit may be at fault, too: then at least a refresh of nothing must succeed.
        if is_of_memory or self._fault_with(seq) is not None:
            raise fault

    def _fault_with(self, last_seq: int) -> DbtFailed | None:
        """What goes wrong with the commits up to this one, or None; those are then in the marts."""
        try:
            self._refresh(last_seq, self._anew)
        except DbtFailed as fault:
            _refuse_if_not_of_rows(fault)
            return fault
        self._anew = False
        return None

    def _window(self) -> _Window:
        with self._warehouse.cursor() as cursor:
            [row] = cursor.execute(WINDOW).fetchall()
        return _Window(*row)

    def _stored(self, first: int, last: int) -> int:
        with self._warehouse.cursor() as cursor:
            [count] = cursor.execute(STORED, [first, last]).fetchone() or (0,)
        return int(count)


def _kind(fault: DbtFailed) -> str | None:
    found = KIND.search(str(fault))
    return found[1] if found else None


def _refuse_if_not_of_rows(fault: DbtFailed) -> None:
    kind = _kind(fault)
    if not fault.begun or kind is None or kind in NOT_OF_ROWS:
        raise fault
