"""Spans and feedback of all kinds that the marts treat differently, about so few calls that they meet."""

import random
from typing import Any

from support.marts import DAY, NANOSECONDS, NOON, Row, failed, feedback, span


def some_span(dice: random.Random, calls: int, first: int = 0) -> Row:
    number = first + dice.randrange(calls)
    start = NOON + dice.choice([0, 1, 2, 3, 30]) * DAY + dice.randrange(1000) * NANOSECONDS
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
        "gen_ai.prompt.version": dice.choice(["1", "2", None]),
        "spanmart.prompt.template_hash": dice.choice(["a1", "b2", None]),
        "user.id": dice.choice(["ada", "bob", None]),
        "session.id": dice.choice(["s-1", "s-2", None]),
        "error.type": dice.choice(["openai.APITimeoutError", None, None, None]),
        "spanmart.metadata.experiment": dice.choice(["tone", "tone", None]),
        "spanmart.metadata.arm": dice.choice(["warm", "plain", None]),
        "spanmart.context.audience_id": dice.choice([4, "four", None]),
    }


def not_a_call(number: int, **changes: Any) -> Row:
    return span(number, **{**changes, "attributes": {"gen_ai.operation.name": "execute_tool"}})


def some_prices(dice: random.Random) -> str:
    """Own prices that make known what was not, or change what was; or none."""
    model = dice.choice(["no-such-model", "gpt-5"])
    return dice.choice(
        ["", f'[[model]]\nprovider = "openai"\nmodel = "{model}"\ninput_mtok = {dice.randrange(9)}\n']
    )


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
