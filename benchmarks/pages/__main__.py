"""`python -m benchmarks.pages`: measure what people wait for at the pages."""

import os
import tempfile
from http.client import HTTPException
from pathlib import Path

import click
from playwright.sync_api import Error as BrowserError

from benchmarks.figure import Figure
from benchmarks.ingest.environments import CACHE
from benchmarks.ingest.load import SenderFailed
from benchmarks.ingest.receivers.receiver import CannotStart
from benchmarks.ingest.storage import storage
from benchmarks.pages.bench import Bench
from benchmarks.pages.scenarios import SCENARIOS
from benchmarks.report import table, write_json

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command(context_settings={"show_default": True})
@click.option("--calls", default=10_000_000, help="Calls of the warehouse.")
@click.option("--ingest", is_flag=True, help="Let 1,000 spans/s arrive meanwhile.")
@click.option(
    "--only", multiple=True, type=click.Choice(list(SCENARIOS)), help="Only this scenario; repeatable."
)
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures to this file.")
@click.option("--venvs", type=_FOLDER, default=CACHE, help="The peer and encoded requests are kept here.")
@click.option(
    "--folder",
    type=_FOLDER,
    help="Keep the warehouse here, and use the one that is there.  [default: a temporary folder]",
)
def main(
    *,
    calls: int,
    ingest: bool,
    only: tuple[str, ...],
    json_path: Path | None,
    venvs: Path,
    folder: Path | None,
) -> None:
    """Measure how fast pages answer, searches find and exports stream."""
    with tempfile.TemporaryDirectory(prefix="spanmart-bench-") as temporary:
        bench = Bench((folder or Path(temporary)).absolute(), calls, ingest, venvs, Path(temporary))
        bench.folder.mkdir(parents=True, exist_ok=True)
        conditions = {"load_before": os.getloadavg(), **storage(bench.folder)}
        figures: list[Figure] = []
        for name in only or SCENARIOS:
            bench.say(f"{name}: {SCENARIOS[name].__doc__}")
            figures += _figures(bench, name)
    figures += bench.arrived
    click.echo(table(figures))
    click.echo("; ".join(f"{name} {value}" for name, value in conditions.items()))
    if json_path:
        write_json(figures, json_path, calls=calls, ingest=ingest, **conditions)


def _figures(bench: Bench, name: str) -> list[Figure]:
    """A scenario's figures; one that breaks says so in its line and leaves the others alone."""
    try:
        return SCENARIOS[name](bench)
    except (CannotStart, SenderFailed, BrowserError, HTTPException, OSError, LookupError) as error:
        return [Figure(name, "broken", None, "", met=False, note=str(error))]


if __name__ == "__main__":
    main()
