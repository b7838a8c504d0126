"""`python -m benchmarks.marts`: measure how marts are built, refreshed and asked."""

import os
import tempfile
from pathlib import Path

import click

from benchmarks.ingest.storage import storage
from benchmarks.marts.bench import Bench
from benchmarks.marts.scenarios import SCENARIOS
from benchmarks.report import table, write_json


@click.command(context_settings={"show_default": True})
@click.option("--rows", default=10_000_000, help="Calls of the large warehouse.")
@click.option("--few", default=100_000, help="Calls of the small one, which `refresh` is compared with.")
@click.option("--rounds", default=5, help="Refreshes of each kind; the median counts.")
@click.option("--seconds", default=60.0, help="How long spans arrive for `freshness`.")
@click.option(
    "--only", multiple=True, type=click.Choice(list(SCENARIOS)), help="Only this scenario; repeatable."
)
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures to this file.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the warehouses here, and use those that are there.  [default: a temporary folder]",
)
def main(
    *,
    rows: int,
    few: int,
    rounds: int,
    seconds: float,
    only: tuple[str, ...],
    json_path: Path | None,
    folder: Path | None,
) -> None:
    """Measure how fast marts are built, refreshed and asked."""
    with tempfile.TemporaryDirectory(prefix="spanmart-bench-") as temporary:
        bench = Bench((folder or Path(temporary)).absolute(), rows, few, rounds, seconds)
        bench.folder.mkdir(parents=True, exist_ok=True)
        conditions = {"load_before": os.getloadavg(), **storage(bench.folder)}
        figures = []
        for name in only or SCENARIOS:
            bench.say(f"{name}: {SCENARIOS[name].__doc__}")
            figures += SCENARIOS[name](bench)
    click.echo(table(figures))
    click.echo("; ".join(f"{name} {value}" for name, value in conditions.items()))
    if json_path:
        write_json(figures, json_path, rows=rows, few=few, rounds=rounds, seconds=seconds, **conditions)


if __name__ == "__main__":
    main()
