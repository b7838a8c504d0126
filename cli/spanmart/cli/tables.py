"""Rows as people read them on a terminal."""

from collections.abc import Sequence


def format_table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The rows below their heading, in columns."""
    widths = [max(map(len, column)) for column in zip(heading, *rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (heading, *rows)
    )
