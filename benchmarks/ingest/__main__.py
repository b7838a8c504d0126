"""`python -m benchmarks.ingest`: measure the collector, and its peers beside it."""

import tempfile
from pathlib import Path

import click

from benchmarks.ingest.bench import Bench, Figure
from benchmarks.ingest.report import table, write_json
from benchmarks.ingest.scenarios import SCENARIOS

_CACHE = Path.home() / ".cache" / "spanmart-bench"


@click.command(context_settings={"show_default": True})
@click.option("--seconds", default=10.0, help="How long to send in each run.")
@click.option("--rounds", default=3, help="Runs of each kind, interleaved; the median counts.")
@click.option(
    "--only", multiple=True, type=click.Choice(list(SCENARIOS)), help="Only this scenario; repeatable."
)
@click.option("--no-peers", is_flag=True, help="Only spanmart.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures to this file.")
@click.option(
    "--cache", type=click.Path(path_type=Path), default=_CACHE, help="Payloads and peers are kept here."
)
def main(  # noqa: PLR0917 - click passes them by name
    seconds: float, rounds: int, only: tuple[str, ...], no_peers: bool, json_path: Path | None, cache: Path
) -> None:
    """Measure how fast spanmart takes spans and keeps them."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="spanmart-bench-") as work:
        bench = Bench(seconds, rounds, cache, Path(work))
        for name in only or SCENARIOS:
            click.echo(f"{name}: {SCENARIOS[name].__doc__}", err=True)
            figures += SCENARIOS[name](bench)
    click.echo(table(figures))
    if json_path:
        write_json(figures, json_path, seconds=seconds, rounds=rounds)


if __name__ == "__main__":
    main()
