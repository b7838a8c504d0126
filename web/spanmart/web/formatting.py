"""How numbers, money, durations and moments are written for people."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from flask import Flask

from spanmart.warehouse.queries import json_text

NOTHING = "–"
_MINUTE_MS, _HOUR_MS = 60_000, 3_600_000
_INSTRUCTIONS = re.compile(r"\Asystem:\n.*?\n\nuser:\n", re.DOTALL)


def number(value: float | None, decimals: int = 0) -> str:
    """1234 → 1,234."""
    return NOTHING if value is None else f"{value:,.{decimals}f}"


def percent(share: float | None) -> str:
    """0.1234 → 12.3%; what is not all or nothing is never rounded to all or nothing."""
    if share is None:
        return NOTHING
    if share in (0, 1):
        return f"{share:.0%}"
    if share < 0.001:
        return "<0.1%"
    return ">99.9%" if share > 0.999 else f"{share:.1%}"


def usd(amount: float | None) -> str:
    """1234.5 → $1,234.50, and below a dollar two digits that count: 0.0042 → $0.0042."""
    if amount is None:
        return NOTHING
    if amount == 0 or abs(amount) >= 1:
        return f"${amount:,.2f}"
    text = format(Decimal(f"{amount:.2g}"), "f")
    return f"${text}" if len(text) > len("0.12") else f"${amount:.2f}"


def duration(milliseconds: float | None) -> str:
    """842 → 842 ms, 1234 → 1.2 s, 83000 → 1 min 23 s."""
    if milliseconds is None:
        return NOTHING
    if milliseconds < 999.5:
        return f"{milliseconds:.0f} ms"
    if milliseconds < _MINUTE_MS:
        return f"{milliseconds / 1000:.1f} s"
    if milliseconds < _HOUR_MS:
        minutes, seconds = divmod(round(milliseconds / 1000), 60)
        return f"{minutes} min {seconds} s"
    hours, minutes = divmod(round(milliseconds / _MINUTE_MS), 60)
    return f"{hours:,} h {minutes} min"


def moment(value: str | datetime | None) -> str:
    """A moment in UTC, to the second; the page says the zone."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    try:
        return f"{datetime.fromisoformat(value):%Y-%m-%d %H:%M:%S}"
    except ValueError:
        # DuckDB knows times before the year 1 and after 9999.
        return value


def filter_moment(moment: datetime) -> str:
    """A moment as a filter takes it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def label(name: str | None) -> str:
    """A name from the data as it is; nothing where the data has none."""
    return name if name else "(none)"


def words(name: str) -> str:
    """no_feedback → no feedback."""
    return name.replace("_", " ")


def from_json(value: object) -> object:
    """What text says as JSON; what is no JSON stays as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json_text.read(value)
    except ValueError:
        return value


def pretty_json(value: object) -> str:
    """JSON over several lines; text that holds JSON is shown as that JSON."""
    read = from_json(value)
    return read if isinstance(read, str) else json_text.pretty(read)


def stack_trace(details: object) -> str:
    """The stack trace among what is known of an error, or all of that."""
    trace = details.get("stacktrace") if isinstance(details, dict) else None
    return pretty_json(details) if not trace else trace if isinstance(trace, str) else pretty_json(trace)


def compact_json(value: object) -> str:
    """JSON on one line; a list of names is just those names."""
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return ", ".join(value) or NOTHING
    return json.dumps(value, ensure_ascii=False)


def without_instructions(preview: str) -> str:
    """A preview from where the user speaks, as far as it reaches: instructions are alike in every row."""
    return _INSTRUCTIONS.sub("", preview)


def percent_of(part: float, whole: float) -> float:
    """How wide a bar is, in hundredths of the widest."""
    return round(100 * part / whole, 2) if whole else 0.0


def in_hundredths(shares: Iterable[float | None]) -> list[float]:
    """Shares as per cent; nothing where there is none."""
    return [round(100 * (share or 0), 1) for share in shares]


FILTERS: Mapping[str, Callable[..., Any]] = {
    "number": number,
    "percent": percent,
    "usd": usd,
    "duration": duration,
    "moment": moment,
    "filter_moment": filter_moment,
    "label": label,
    "words": words,
    "pretty_json": pretty_json,
    "from_json": from_json,
    "compact_json": compact_json,
    "stack_trace": stack_trace,
    "without_instructions": without_instructions,
    "percent_of": percent_of,
    "in_hundredths": in_hundredths,
}


def register(app: Flask) -> None:
    """Make the formats known to the templates."""
    app.jinja_env.filters.update(FILTERS)
