"""`spanmart build`: the marts brought up to date, or made anew, and every test over them run."""

import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from spanmart.cli.settings.click_options import CannotStart, settings_from, settings_options
from spanmart.warehouse import Refresher, Warehouse
from spanmart.warehouse.dbt.runner import DbtRunner, NodeResult
from spanmart.warehouse.errors import OwnPricesInvalid, WarehouseError
from spanmart.warehouse.prices.price_lists import PriceLists
from spanmart.warehouse.refresh import RefreshReport

if TYPE_CHECKING:
    from spanmart.cli.settings.settings import Settings


@click.command("build")
@settings_options("data", "prices_file")
@click.option("--full-refresh", is_flag=True, help="Build every mart anew from the raw tables.")
def command(full_refresh: bool, **flags: object) -> None:
    """Build the marts and run all their tests, while no `spanmart up` holds the folder.

    \b
    Examples:
      spanmart build                           bring the marts up to date and test them
      spanmart build --full-refresh            make them anew, as a new version does by itself
    """
    _build(settings_from(flags), full_refresh)


def _build(settings: "Settings", full_refresh: bool) -> None:
    """Build and test; ends with status 1 if a model or a test fails."""
    try:
        warehouse = Warehouse.open(settings.data)
    except WarehouseError as error:
        raise CannotStart(str(error)) from error
    try:
        refresher = Refresher(warehouse, prices=PriceLists(warehouse, settings.prices_file))
        click.echo(_describe(refresher.refresh(full_refresh)))
        tests = DbtRunner(warehouse).test(_show)
    except OwnPricesInvalid as error:
        raise CannotStart(str(error)) from error
    except WarehouseError as error:
        raise click.ClickException(str(error)) from error
    finally:
        warehouse.close()
    for test in tests:
        if not test.passed or test.status == "warn":
            click.echo(f"{test.status}: {test.name}: {test.message.strip()}")
    click.echo(_summary(tests))
    if not all(test.passed for test in tests):
        raise SystemExit(1)


def _show(test: str) -> None:
    """Say on stderr what runs, where somebody is looking."""
    if sys.stderr.isatty():
        click.echo(f"\r\033[K{test[:100]}", nl=False, err=True)


def _describe(report: RefreshReport) -> str:
    if not report.changed:
        return f"The marts already hold all that has landed (commit {report.refreshed_seq})."
    how = "made anew" if report.full else "brought up to date"
    return f"The marts were {how} to commit {report.refreshed_seq} in {report.duration_s:.1f} s."


def _summary(tests: Sequence[NodeResult]) -> str:
    counts = Counter(test.status for test in tests)
    return f"{len(tests)} tests: " + ", ".join(
        f"{number} {status}" for status, number in sorted(counts.items())
    )
