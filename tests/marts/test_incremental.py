"""Whatever arrives, in any order and however often: refreshed step by step or anew, the marts are equal."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from support.marts import DAY, NANOSECONDS, NOON, Marts, Row, failed, feedback, span

MARTS = ("interactions", "interaction_texts", "failures", "missing_variables", "costs_daily")
STATES = ("intermediate.int_feedback",)


def some_span(dice: random.Random, calls: int) -> Row:
    number = dice.randrange(calls)
    start = NOON + dice.randrange(4) * DAY + dice.randrange(1000) * NANOSECONDS
    changes: dict[str, Any] = {"start": start, "attributes": some_attributes(dice)}
    made = dice.choices([span, failed, not_a_call], [6, 2, 1])[0]
    return made(number, **changes)


def some_attributes(dice: random.Random) -> dict[str, Any]:
    return {
        "gen_ai.response.model": dice.choice(["gpt-4o-mini", "gpt-5", "no-such-model", None]),
        "gen_ai.usage.input_tokens": dice.choice([0, 12, 300_000, None, -1]),
        "gen_ai.usage.output_tokens": dice.choice([7, 900]),
        "gen_ai.usage.cache_read.input_tokens": dice.choice([None, 10]),
        "gen_ai.response.finish_reasons": dice.choice([["stop"], ["length"]]),
        "gen_ai.output.messages": dice.choice(
            ['[{"parts": [{"type": "text", "content": "Füße"}]}]', "{", None]
        ),
        "spanmart.prompt.required_variables": dice.choice([["title", "tone"], None]),
        "gen_ai.prompt.variable.title": dice.choice(["Safety", " ", None]),
        "gen_ai.prompt.name": dice.choice(["outline", None]),
        "user.id": dice.choice(["ada", "bob", None]),
        "spanmart.context.audience_id": dice.choice([4, "four", None]),
    }


def not_a_call(number: int, **changes: Any) -> Row:
    return span(number, **{**changes, "attributes": {"gen_ai.operation.name": "execute_tool"}})


def some_feedback(dice: random.Random, calls: int) -> Row:
    return feedback(
        dice.randrange(calls),
        dice.choice(["accepted", "rejected", "modified"]),
        at=NOON + dice.randrange(5) * DAY,
        **{
            key: value
            for key, value in {
                "gen_ai.evaluation.score.value": dice.choice([None, 40, 80.5, 200]),
                "gen_ai.evaluation.explanation": dice.choice([None, "shorter"]),
                "spanmart.feedback.final_text": dice.choice([None, "", "Fuß", "Füße!"]),
                "spanmart.feedback.edit_distance": dice.choice([None, None, 5]),
            }.items()
            if value is not None
        },
    )


def contents(marts: Marts) -> dict[str, list[str]]:
    return {
        table: sorted(repr(row) for row in marts.query(f"select * from {table}"))
        for table in (*MARTS, *STATES)
    }


@pytest.mark.parametrize("seed", range(3))
def test_step_by_step_equals_anew(open_marts: Callable[..., Marts], seed: int) -> None:
    dice = random.Random(seed)
    marts = open_marts(rows_per_refresh=dice.choice([3, 1000]))
    for _ in range(6):
        for _ in range(dice.randrange(1, 4)):
            rows = [some_span(dice, 12) for _ in range(dice.randrange(6))]
            marts.land(*rows, *(some_feedback(dice, 14) for _ in range(dice.randrange(4))))
        marts.refresher.refresh()
    stepwise = contents(marts)

    marts.refresher.refresh(full=True)
    anew = contents(marts)

    assert sum(map(len, anew.values())) > 0
    for table in (*MARTS, *STATES):
        assert set(stepwise[table]) - set(anew[table]) == set(), table
        assert set(anew[table]) - set(stepwise[table]) == set(), table
        assert stepwise[table] == anew[table], table
