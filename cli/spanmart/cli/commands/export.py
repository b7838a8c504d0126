"""`spanmart export`: the API's export, without a server."""

from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, cast

import click
from pydantic import ValidationError

from spanmart.cli.settings.click_options import CannotStart, filter_options, settings_from, settings_options
from spanmart.cli.settings.settings import flag_of
from spanmart.warehouse import Interactions, Refresher, Warehouse
from spanmart.warehouse.errors import FolderInUse, OwnPricesInvalid, WarehouseError
from spanmart.warehouse.prices.price_lists import PriceLists
from spanmart.warehouse.queries.filters import Filters

if TYPE_CHECKING:
    from spanmart.cli.settings.settings import Settings
    from spanmart.warehouse.queries.lists.export import ExportFormat


_FORMATS = ("csv", "json", "parquet")


@click.command("export")
@settings_options("data")
@click.option("--format", "format_", type=click.Choice(_FORMATS), default="csv", show_default=True)
@click.option(
    "--output", type=click.File("wb", lazy=True), default="-", metavar="FILE", help="[default: stdout]"
)
@filter_options
def command(data: str | None, format_: str, output: IO[bytes], **filters: str | None) -> None:
    """Write interactions with their whole texts to a file, all that pass the filters.

    \b
    Examples:
      spanmart export > all.csv
      spanmart export --format parquet --output failures.parquet --status failure
      spanmart export --start-date 2026-11-01 --prompt-name outline --prompt-version 3

    The filters are those of the API, which exports as well while `spanmart up` holds the folder:
    GET /api/ai-interactions/export?format=csv
    """
    _export(settings_from({"data": data}), format_, output, filters)


def _export(settings: "Settings", format_: str, output: IO[bytes], given: Mapping[str, str | None]) -> None:
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
