"""`spanmart export`: the API's export, without a server."""

from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, cast

import click
from pydantic import ValidationError

from spanmart.cli.config import flag_of
from spanmart.cli.options import CannotStart
from spanmart.warehouse import Interactions, Refresher, Warehouse
from spanmart.warehouse.errors import FolderInUse, OwnPricesInvalid, WarehouseError
from spanmart.warehouse.prices.price_lists import PriceLists
from spanmart.warehouse.queries.filters import Filters

if TYPE_CHECKING:
    from spanmart.cli.config import Settings
    from spanmart.warehouse.queries.lists.export import ExportFormat


def run(settings: "Settings", format_: str, output: IO[bytes], given: Mapping[str, str | None]) -> None:
    """Bring the marts up to date and write what passes the filters."""
    filters = _filters(given)
    try:
        warehouse = Warehouse.open(settings.data)
    except FolderInUse as error:
        advice = "While it runs, export from it: GET /api/ai-interactions/export?format=csv on its web port."
        raise CannotStart(f"{error} {advice}") from error
    except WarehouseError as error:
        raise CannotStart(str(error)) from error
    try:
        Refresher(warehouse, prices=PriceLists(warehouse, settings.prices_file)).refresh()
        for piece in Interactions(warehouse).export(filters, cast("ExportFormat", format_)):
            output.write(piece)
    except OwnPricesInvalid as error:
        raise CannotStart(str(error)) from error
    finally:
        warehouse.close()


def _filters(given: Mapping[str, str | None]) -> Filters:
    try:
        return Filters.model_validate({name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        problems = (f"{flag_of(str(each['loc'][0]))}: {each['msg']}" for each in error.errors())
        raise click.UsageError("; ".join(problems)) from error
