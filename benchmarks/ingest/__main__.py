"""`python -m benchmarks.ingest`: measure the collector, and its peers beside it."""

import os
import tempfile
from pathlib import Path

import click
import duckdb

from benchmarks.ingest.bench import Bench
from benchmarks.ingest.environments import CACHE
from benchmarks.ingest.figures import ReceiverFigure
from benchmarks.ingest.load import SenderFailed
from benchmarks.ingest.profile import profile
from benchmarks.ingest.receivers.peers import PEERS
from benchmarks.ingest.receivers.receiver import CannotStart
from benchmarks.ingest.scenarios import SCENARIOS
from benchmarks.ingest.storage import storage
from benchmarks.report import table, write_json

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command(context_settings={"show_default": True})
@click.option("--seconds", default=10.0, help="How long to send in each run.")
@click.option("--rounds", default=3, help="Runs of each kind, interleaved; the median counts.")
@click.option(
    "--only", multiple=True, type=click.Choice(list(SCENARIOS)), help="Only this scenario; repeatable."
)
@click.option("--peers/--no-peers", default=True, help=f"Also measure {', '.join(PEERS)}.")
@click.option("--patience", default=30.0, help="Seconds to wait for peers that store or answer late.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures to this file.")
@click.option("--venvs", type=_FOLDER, default=CACHE, help="Peers and encoded requests are kept here.")
@click.option("--work", type=_FOLDER, help="Data of the runs goes here.  [default: a temporary folder]")
@click.option("--profile", "profiling", is_flag=True, help="Instead, show where spanmart's time goes.")
def main(
    *,
    seconds: float,
    rounds: int,
    only: tuple[str, ...],
    peers: bool,
    patience: float,
    json_path: Path | None,
    venvs: Path,
    work: Path | None,
    profiling: bool,
) -> None:
    """Measure how fast spanmart takes spans and keeps them."""
    with tempfile.TemporaryDirectory(prefix="spanmart-bench-", dir=work) as folder:
        bench = Bench(seconds, rounds, patience, venvs, Path(folder), tuple(PEERS) if peers else ())
        if profiling:
            click.echo(profile(bench))
            return
        conditions = {"load_before": os.getloadavg(), **storage(bench.work)}
        figures: list[ReceiverFigure] = []
        for name in only or SCENARIOS:
            bench.say(f"{name}: {SCENARIOS[name].__doc__}")
            figures += _figures(bench, name)
    click.echo(table(figures))
    click.echo("; ".join(f"{name} {value}" for name, value in conditions.items()))
    if json_path:
        write_json(figures, json_path, seconds=seconds, rounds=rounds, **conditions)


def _figures(bench: Bench, name: str) -> list[ReceiverFigure]:
    """A scenario's figures; one that breaks says so in its line and leaves the others alone."""
    try:
        return SCENARIOS[name](bench)
    except (CannotStart, SenderFailed, OSError, duckdb.Error) as error:
        return [ReceiverFigure(name, "spanmart", None, "", met=False, note=f"broken: {error}")]


if __name__ == "__main__":
    main()
