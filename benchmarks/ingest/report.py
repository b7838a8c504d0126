"""The table for people and the JSON for machines."""

import json
import os
import platform
from dataclasses import asdict
from pathlib import Path

from benchmarks.ingest.figures import Figure

_HEADINGS = ("scenario", "receiver", "figure", "target", "met", "server µs/span", "sender µs/span", "note")


def table(figures: list[Figure]) -> str:
    """The figures as aligned columns."""
    rows = [_HEADINGS, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def write_json(figures: list[Figure], path: Path, **conditions: object) -> None:
    """The figures with all their details, and the conditions they were measured under."""
    machine = {
        "cores": os.cpu_count(),
        "load_average": os.getloadavg(),
        "python": platform.python_version(),
        "kernel": platform.release(),
    }
    content = {**conditions, "machine": machine, "figures": [asdict(figure) for figure in figures]}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def _row(figure: Figure) -> tuple[str, ...]:
    return (
        figure.scenario,
        figure.receiver,
        "-" if figure.value is None else f"{figure.value:,} {figure.unit}",
        figure.target,
        {True: "yes", False: "NO", None: ""}[figure.met],
        _microseconds(figure.server_us),
        _microseconds(figure.sender_us),
        figure.note,
    )


def _microseconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
