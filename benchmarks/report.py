"""The table for people and the JSON for machines."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.figure import Figure


def table(figures: Sequence[Figure]) -> str:
    """The figures as aligned columns."""
    lines = [figure.cells() for figure in figures]
    columns = list(lines[0]) if lines else []
    rows = [columns, *([line[column] for column in columns] for line in lines)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(columns))]
    aligned = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in aligned)


def write_json(figures: Sequence[Figure], path: Path, **conditions: object) -> None:
    """The figures with all their details, and the conditions they were measured under."""
    machine = {
        "cores": os.cpu_count(),
        "load_average": os.getloadavg(),
        "python": platform.python_version(),
        "kernel": platform.release(),
    }
    content = {**conditions, "machine": machine, "figures": [asdict(figure) for figure in figures]}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
