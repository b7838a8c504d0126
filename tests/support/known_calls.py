"""A few calls whose every figure is known, and real marts built from them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from spanmart.warehouse import Interactions, Warehouse
from support.calls import FORM, Call
from support.marts import Marts

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)

OUTLINE = Call(1, at=NOON, took_ms=1000, tokens=(1000, 500), model="gpt-4o-mini")
RATE_LIMITED = Call(
    2,
    at=NOON + timedelta(hours=1),
    took_ms=3000,
    interaction_type="title_generation",
    answer=None,
    error=("RateLimitError", "Rate limit reached for requests.", 429),
    user_id="user-4",
)
CUT_OFF = Call(3, at=MIDNIGHT - timedelta(microseconds=1), took_ms=2000, finish_reason="length")
TONELESS = Call(4, at=MIDNIGHT, variables={**FORM, "tone": ""}, prompt_version="2", session_id="workshop-8")
UNPRICED = Call(5, at=MIDNIGHT + timedelta(hours=2), model="acme-7b", context={"category": "people"})
FORMULA = Call(
    6,
    at=MIDNIGHT + timedelta(hours=3),
    user_id='=HYPERLINK("http://evil.example","x")',
    session_id="@SUM(A1)",
    prompt="+1+cmd|' /C calc'!A0",
    answer='-2+3\nsecond line, with a comma and "quotes"',
)
UNDECLARED = Call(7, at=MIDNIGHT + timedelta(hours=4), required=(), variables={}, prompt_name=None)
# Calls that only paging can tell apart: the same moment, the same everything.
TIED = [
    Call(100 + n, at=MIDNIGHT + timedelta(days=1), interaction_type="training_kit", context={})
    for n in range(20)
]
CALLS = [OUTLINE, RATE_LIMITED, CUT_OFF, TONELESS, UNPRICED, FORMULA, UNDECLARED, *TIED]

KEPT_TEXT = "1. Why it matters\n2. Practice\n3. Quiz"


@contextmanager
def unbuilt_marts(folder: Path) -> Iterator[Marts]:
    """A warehouse in which nothing has landed and nothing is built."""
    warehouse = Warehouse.open(folder)
    try:
        yield Marts(warehouse)
    finally:
        warehouse.close()


@contextmanager
def known_marts(folder: Path) -> Iterator[Marts]:
    """Marts with CALLS in them, two of which users have judged."""
    with unbuilt_marts(folder) as marts:
        marts.land(*CALLS)
        marts.refresher.refresh()
        interactions = Interactions(marts.warehouse)
        interactions.submit_feedback(OUTLINE.id, "accepted", quality_score=90)
        interactions.submit_feedback(CUT_OFF.id, "modified", "too short", 40, final_text=KEPT_TEXT)
        marts.refresher.refresh()
        yield marts
