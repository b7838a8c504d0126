"""`spanmart prices`: the seed of prices, made from the installed genai-prices."""

from pathlib import Path

import click

from spanmart.cli.options import CannotStart
from spanmart.warehouse.errors import WarehouseError
from spanmart.warehouse.location import dbt_project_dir
from spanmart.warehouse.prices import prices_version, write_seed


def run(output: str | None) -> None:
    """Write the price list and say where and how much."""
    try:
        path = Path(output) if output else dbt_project_dir() / "seeds" / "model_prices.csv"
        rows = write_seed(path)
    except WarehouseError as error:
        raise CannotStart(str(error)) from error
    except OSError as error:
        raise CannotStart(f"{error.filename} cannot be written: {error.strerror}.") from error
    click.echo(f"{rows} prices of genai-prices {prices_version()} written to {path}")
