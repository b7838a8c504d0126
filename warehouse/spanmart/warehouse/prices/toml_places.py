"""Where in a TOML text a value stands, which the parser does not tell."""

import re
from collections.abc import Sequence


def place_of(text: str, location: Sequence[str | int]) -> str:
    """Line, table and key of what stands under, say, ("model", 1, "input_mtok")."""
    table, number, key = (*location, None, None, None)[:3]
    words = [str(table)] if number is None else [f"[[{table}]] {int(number) + 1}"]
    words += [str(key)] if key is not None else []
    line = _line_of(text.splitlines(), str(table), int(number or 0), key)
    return ", ".join([*([f"line {line}"] if line else []), *words])


def _line_of(lines: Sequence[str], table: str, number: int, key: str | int | None) -> int | None:
    heading = re.compile(rf"\s*\[\[?\s*{re.escape(table)}\s*\]")
    headings = [line for line, text in enumerate(lines, start=1) if heading.match(text)]
    if number >= len(headings):
        return next((line for line, text in enumerate(lines, start=1) if _sets(text, table)), None)
    start = headings[number]
    for line, text in enumerate(lines[start:], start=start + 1):
        if text.lstrip().startswith("["):
            break
        if key is not None and _sets(text, str(key)):
            return line
    return start


def _sets(line: str, key: str) -> bool:
    return re.match(rf"\s*{re.escape(key)}\s*=", line) is not None
