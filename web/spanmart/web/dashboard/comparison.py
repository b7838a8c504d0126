"""How a figure compares with the one before: what is written beside it, and whether that is good."""

from dataclasses import dataclass
from typing import Literal

Better = Literal["more", "less", "neither"]
Verdict = Literal["better", "worse", "neither"]

# Smaller changes are noise, and would be written as none.
LEAST = 0.0005


@dataclass(frozen=True)
class Change:
    """The difference as it is written, and what to think of it."""

    text: str
    verdict: Verdict


def relative(now: float | None, before: float | None, better: Better = "neither") -> Change | None:
    """By how many per cent it grew; None where there is nothing to compare."""
    if now is None or not before:
        return None
    share = (now - before) / before
    return _change(share, f"{abs(share):.0%}" if abs(share) >= 0.1 else f"{abs(share):.1%}", better)


def points(now: float | None, before: float | None, better: Better) -> Change | None:
    """By how many percentage points a rate grew."""
    if now is None or before is None:
        return None
    return _change(now - before, f"{100 * abs(now - before):.1f} points", better)


def _change(difference: float, written: str, better: Better) -> Change:
    if abs(difference) < LEAST:
        return Change("no change", "neither")
    grew = difference > 0
    text = f"{'↑' if grew else '↓'} {written}"
    if better == "neither":
        return Change(text, "neither")
    return Change(text, "better" if grew == (better == "more") else "worse")
