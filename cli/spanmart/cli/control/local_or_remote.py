"""A data folder's settings, from its files, or from the `spanmart up` that holds them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from spanmart.cli.control.socket import STATUS, NotRunning, ask
from spanmart.cli.settings.click_options import CannotStart
from spanmart.warehouse.errors import FolderInUse, WarehouseError

if TYPE_CHECKING:
    from spanmart.warehouse import Warehouse

Here = TypeVar("Here")
There = TypeVar("There")


@contextmanager
def open_local_or_remote(
    folder: Path,
    here: "Callable[[Warehouse], Here]",
    there: Callable[[Path], There],
    *,
    must_exist: bool = False,
) -> Iterator[Here | There]:
    """What `here` makes of the folder's files, or `there` of a folder that is held. Raises CannotStart."""
    if must_exist and not folder.is_dir():
        raise CannotStart(f"There is no folder {folder}. Name the data folder with --data.")
    try:
        with _open(folder, here, there) as found:
            yield found
    except WarehouseError as error:
        raise CannotStart(str(error)) from error


@contextmanager
def _open(
    folder: Path, here: "Callable[[Warehouse], Here]", there: Callable[[Path], There]
) -> Iterator[Here | There]:
    from spanmart.warehouse import Warehouse  # noqa: PLC0415 - DuckDB is loaded when there is work for it

    try:
        warehouse = Warehouse.open(folder)
    except FolderInUse as error:
        if not _somebody_answers(folder):
            raise CannotStart(
                f"{error} (A `spanmart up` would have answered; that process does not.)"
            ) from error
        yield there(folder)
        return
    with warehouse:
        yield here(warehouse)


def _somebody_answers(folder: Path) -> bool:
    try:
        with ask(folder, STATUS):
            return True
    except NotRunning:
        return False
