"""`python -m benchmarks.instrumentation`: measure what is added to a call and a chunk, beside the peers."""

import json
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

import click

from benchmarks.ingest.environments import environment
from benchmarks.ingest.receivers.receiver import CannotStart
from benchmarks.instrumentation.contenders import CONTENDERS, PEERS

_ROOT = Path(__file__).parents[2]
_CACHE = Path.home() / ".cache" / "spanmart-bench"
_TARGETS = (
    # figure, at most so much, and at most so much of the official one's
    ("call_us", 150.0, 0.6),
    ("chunk_us", 3.0, 0.3),
    ("instrument_ms", 100.0, None),
)


@dataclass
class Contender:
    """One of them, and what was measured."""

    name: str
    python: Path
    switching_on: list[dict[str, float]] = field(default_factory=list)
    rounds: list[dict[str, float]] = field(default_factory=list)

    def figure(self, key: str) -> float:
        """The median over all rounds."""
        return median(each[key] for each in (self.switching_on if key == "instrument_ms" else self.rounds))


class Running:
    """The worker of a contender."""

    def __init__(self, contender: Contender) -> None:
        self._contender = contender
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self._process = subprocess.Popen(
            [contender.python, "-m", "benchmarks.instrumentation.worker", contender.name],
            cwd=_ROOT,
            env={**_environment(), "PYTHONPATH": str(_ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        contender.switching_on.append(self._line())

    def measure(self) -> None:
        """One round."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self._contender.rounds.append(self._line())

    def stop(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _line(self) -> dict[str, float]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._errors.seek(0)
            last = self._errors.read().strip().rpartition("\n")[2]
            raise CannotStart(f"{self._contender.name}: {last or 'ended without a word'}")
        said: dict[str, float] = json.loads(line)
        return said


@click.command(context_settings={"show_default": True})
@click.option("--rounds", default=7, help="Rounds of each, interleaved; the median counts.")
@click.option("--peers/--no-peers", default=True, help=f"Also measure {', '.join(PEERS)}.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures to this file.")
@click.option("--venvs", type=click.Path(path_type=Path), default=_CACHE, help="Peers are kept here.")
def main(*, rounds: int, peers: bool, json_path: Path | None, venvs: Path) -> None:
    """Measure what the instrumentations add to the client's calls."""
    load_before = os.getloadavg()
    contenders = [each for name in CONTENDERS if (each := _contender(name, venvs, peers))]
    _measure(contenders, rounds)
    click.echo(_table([each for each in contenders if each.rounds]))
    click.echo(f"load before {load_before}; {os.cpu_count()} cores; Python {platform.python_version()}")
    if json_path:
        content = {
            "load_before": load_before,
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "contenders": [{**asdict(each), "python": None} for each in contenders],
        }
        json_path.write_text(json.dumps(content, indent=1) + "\n")


def _contender(name: str, venvs: Path, peers: bool) -> Contender | None:
    if name not in PEERS:
        return Contender(name, Path(sys.executable))
    if not peers:
        return None
    try:
        return Contender(name, environment(name, venvs) / "bin" / "python")
    except CannotStart as error:
        click.echo(str(error), err=True)
        return None


def _measure(contenders: list[Contender], rounds: int) -> None:
    """All of them side by side, one at work at a time; switching on is measured in a new process each."""
    running: dict[str, Running] = {}
    for number in range(rounds):
        for contender in contenders:
            try:
                if contender.name not in running:
                    running[contender.name] = Running(contender)
                elif number < 5:
                    Running(contender).stop()
                running[contender.name].measure()
            except CannotStart as error:
                click.echo(str(error), err=True)
    for each in running.values():
        each.stop()


def _table(contenders: list[Contender]) -> str:
    """The figures as aligned columns, each beside what it should be."""
    official = next((each for each in contenders if each.name == "official"), None)
    rows: list[tuple[str, ...]] = [
        ("", "spans", "with content", "added to a call", "added to a chunk", "instrument()")
    ]
    for each in contenders:
        switched_on = each.switching_on[0]
        rows.append(
            (
                each.name,
                f"{switched_on['spans']:.0f}",
                f"{switched_on['with_content']:.0f}",
                f"{each.figure('call_us'):.0f} µs",
                f"{each.figure('chunk_us'):.1f} µs",
                f"{each.figure('instrument_ms'):.0f} ms",
            )
        )
    bare = [median(each.figure(key) for each in contenders) for key in ("bare_call_us", "bare_chunk_us")]
    rows.append(("the bare client", "", "", f"{bare[0]:.0f} µs", f"{bare[1]:.1f} µs", ""))
    rows.append(("target", "", "", *(_verdict(contenders[0], official, *target) for target in _TARGETS)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _verdict(ours: Contender, official: Contender | None, key: str, most: float, ratio: float | None) -> str:
    """The target, and whether it is met."""
    figure = ours.figure(key)
    met, text = figure <= most, f"≤ {most:.0f}"
    if ratio is not None and official is not None:
        share = figure / official.figure(key)
        met, text = met and share <= ratio, f"{text}, ≤ {ratio} × official (is {share:.2f})"
    return f"{text}: {'yes' if met else 'NO'}"


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "LANGFUSE_"))}


if __name__ == "__main__":
    main()
