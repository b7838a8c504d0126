"""Spans, messages and feedback of all kinds that the marts tell apart, about so few calls that they meet."""

import json
import random
from typing import Any

from support.dialects import DIALECTS, gen_ai, langfuse, openinference, openllmetry
from support.spans import (
    DAY,
    NANOSECONDS,
    NOON,
    Row,
    any_span,
    begun,
    failed,
    feedback,
    log_event,
    retrieval,
    span,
)

# Spans of one trace have ids so far apart.
STRIDE = 100


def some_span(dice: random.Random, calls: int, first: int = 0) -> Row:
    """Alone in its trace, or somewhere among others around it and within it."""
    number = first + dice.randrange(calls)
    start = NOON + dice.choice([0, 1, 2, 3, 30]) * DAY + dice.randrange(1000) * NANOSECONDS
    changes: dict[str, Any] = {"start": start}
    if dice.random() < 0.4:
        row = dice.choice(list(DIALECTS.values()))(number, attributes=some_identity(dice), **changes)
    else:
        made = dice.choices([span, failed, begun, not_a_call], [6, 2, 2, 1])[0]
        row = made(number, attributes=some_attributes(dice) | some_identity(dice), **changes)
    return among_others(dice, row, number) if dice.random() < 0.5 else row


def some_twins(dice: random.Random, calls: int) -> list[Row]:
    """A framework's span and a client's within its time, of one exchange or nearly, in one trace or two."""
    number = dice.randrange(calls)
    start = NOON + dice.randrange(30) * 500_000_000
    took = dice.choice([1, 2, 3]) * NANOSECONDS
    same = {"gen_ai.response.id": dice.choice([None, None, f"chatcmpl-t{number}"])}
    outer = dice.choice([langfuse, openinference, openllmetry])(
        number + 40, attributes={**same, "output.value": None}, start=start, end_time_unix_nano=start + took
    )
    inner = gen_ai(
        number + 60,
        attributes={
            "gen_ai.response.id": dice.choice([None, f"chatcmpl-t{number}"]),
            "session.id": None,
            "gen_ai.usage.output_tokens": dice.choice([100, 100, 7]),
        },
        start=start + dice.choice([1, 20, 700]) * 1_000_000,
        end_time_unix_nano=start + took - 1_000_000,
    )
    around = any_span(number + 80, {"session.id": "above"}, scope="web", start=start)
    if dice.random() < 0.5:
        inner["trace_id"] = outer["trace_id"]
    if dice.random() < 0.5:
        around["trace_id"] = outer["trace_id"]
        outer["parent_span_id"] = around["span_id"]
    return [row for row in (outer, inner, around) if dice.random() < 0.7]


def among_others(dice: random.Random, row: Row, number: int) -> Row:
    ids = [f"{number + place * STRIDE:016x}" for place in range(4)]
    return row | {"span_id": dice.choice(ids), "parent_span_id": dice.choice([*ids, None])}


def some_identity(dice: random.Random) -> dict[str, Any]:
    named = {"gen_ai.response.id": dice.choice(["chatcmpl-a", "chatcmpl-b", None])}
    bare = {"gen_ai.input.messages": None, "gen_ai.output.messages": None}
    return named | (bare if dice.random() < 0.4 else {})


def some_retrieval(dice: random.Random, calls: int) -> Row:
    """A call, one of a few, that asks how far the response of some call is."""
    status = dice.choice(["completed", "completed", "in_progress", "failed"])
    number, start = calls + dice.randrange(3), NOON + dice.randrange(1000) * NANOSECONDS
    return retrieval(number, dice.randrange(calls), status, attributes=some_attributes(dice), start=start)


def some_message(dice: random.Random, calls: int) -> Row:
    """An event with a message of a call."""
    name = dice.choice(["gen_ai.system.message", "gen_ai.user.message", "gen_ai.choice"])
    text = dice.choice(["Be brief.", "Say hello", "Hello!"])
    body = {"message": {"content": text}, "finish_reason": "stop"} if "choice" in name else {"content": text}
    return log_event(dice.randrange(calls), name, json.dumps(body), NOON + dice.randrange(3))


def some_attributes(dice: random.Random) -> dict[str, Any]:
    return {
        "gen_ai.response.model": dice.choice(["gpt-4o-mini", "gpt-5", "no-such-model", None]),
        "gen_ai.usage.input_tokens": dice.choice([0, 12, 300_000, None, -1]),
        "gen_ai.usage.output_tokens": dice.choice([7, 900]),
        "gen_ai.usage.cache_read.input_tokens": dice.choice([None, 10]),
        "gen_ai.usage.audio.input_tokens": dice.choice([None, None, 9]),
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


def some_feedback(dice: random.Random, calls: int, first: int = 0) -> Row:
    return feedback(
        first + dice.randrange(calls),
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
