"""Prices of a folder that `spanmart up` holds, reached by its control socket."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from spanmart.cli.control.socket import Answer, Arguments, Command, ask, make_handler
from spanmart.warehouse import Warehouse
from spanmart.warehouse.prices.diff import Called, Candidate, PriceDiff, diff, list_called_names
from spanmart.warehouse.prices.price_lists import PriceLists, RecordedList

LISTS, CALLED, DIFF = "price_lists", "called_names", "price_diff"

_LISTS = TypeAdapter(list[RecordedList])
_CALLED = TypeAdapter(list[Called])
_DIFF = TypeAdapter(PriceDiff)


class Prices:
    """The questions of `spanmart prices`, asked of a warehouse that is open here."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def lists(self) -> list[RecordedList]:
        """Every list that is or was in force, the newest last."""
        return list(PriceLists(self._warehouse).all())

    def called(self) -> list[Called]:
        """Provider, model and tier of every call in the marts."""
        return list_called_names(self._warehouse)

    def diff(self, candidate: Candidate) -> PriceDiff:
        """What a list would change."""
        return diff(self._warehouse, candidate)


def commands(warehouse: Warehouse) -> dict[str, Command]:
    """What `spanmart up` does for `spanmart prices`."""
    prices = Prices(warehouse)

    @contextmanager
    def reply_diff(arguments: Arguments) -> Iterator[Answer]:
        found = prices.diff(Candidate.read(Path(str(arguments["candidate"]))))
        yield {"diff": to_jsonable_python(found)}

    return {
        LISTS: make_handler(lambda: {"lists": to_jsonable_python(prices.lists())}),
        CALLED: make_handler(lambda: {"called": prices.called()}),
        DIFF: reply_diff,
    }


class RemotePrices:
    """The same questions, asked of the process that holds the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def lists(self) -> list[RecordedList]:
        """See `Prices.lists`."""
        with ask(self._folder, LISTS) as answer:
            return _LISTS.validate_python(answer["lists"])

    def called(self) -> list[Called]:
        """See `Prices.called`."""
        with ask(self._folder, CALLED) as answer:
            return _CALLED.validate_python(answer["called"])

    def diff(self, candidate: Candidate) -> PriceDiff:
        """See `Prices.diff`; the list itself is too long for the socket and goes by way of the folder."""
        with tempfile.TemporaryDirectory(".unfinished", "prices.", self._folder) as folder:
            candidate.write(Path(folder))
            with ask(self._folder, DIFF, candidate=folder) as answer:
                return _DIFF.validate_python(answer["diff"])
