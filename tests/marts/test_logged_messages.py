"""Messages that arrive as log events, before their span, with it or after it."""

import itertools
import json
from typing import Any

import pytest

from support.dialects import ANSWER, PROMPT, SYSTEM, gen_ai, openllmetry
from support.marts import Marts
from support.spans import NOON, Row, log_event, messages

BARE = {
    "gen_ai.input.messages": None,
    "gen_ai.output.messages": None,
    "gen_ai.response.finish_reasons": None,
}
CALL = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Bern"}'}}


def bare_call(number: int = 1) -> Row:
    """A call whose span has no messages."""
    return gen_ai(number, attributes=BARE)


def said(number: int = 1, at: int = NOON) -> list[Row]:
    """Its messages as events, one each."""
    choice = {"index": 0, "finish_reason": "length", "message": {"role": "assistant", "content": ANSWER}}
    bodies: list[tuple[str, Any]] = [
        ("gen_ai.system.message", {"content": SYSTEM}),
        ("gen_ai.user.message", {"content": PROMPT}),
        ("gen_ai.choice", choice),
    ]
    return [
        log_event(number, name, json.dumps(body), at + place) for place, (name, body) in enumerate(bodies)
    ]


def texts(marts: Marts, number: int = 1) -> tuple[str | None, str | None, str | None]:
    row = marts.interaction(number)
    return row["rendered_prompt"], row["ai_response"], row["finish_reason"]


WHOLE = (f"system:\n{SYSTEM}\n\nuser:\n{PROMPT}", ANSWER, "length")


@pytest.mark.parametrize("order", list(itertools.permutations((0, 1, 2))))
def test_in_whatever_order_they_arrive(marts: Marts, order: tuple[int, ...]) -> None:
    arrivals = [[bare_call()], said()[:1], said()[1:]]
    for arrival in order:
        marts.build(*arrivals[arrival])
    assert texts(marts) == WHOLE
    assert marts.query("select count(*) as n from interactions") == [{"n": 1}]


def test_events_of_one_commit_with_their_span(marts: Marts) -> None:
    marts.build(*said(), bare_call())
    assert texts(marts) == WHOLE


def test_an_event_that_was_sent_again_is_said_once(marts: Marts) -> None:
    marts.build(bare_call(), *said())
    marts.build(*said())
    assert texts(marts) == WHOLE


def test_what_the_span_says_itself_holds(marts: Marts) -> None:
    marts.build(gen_ai(), *said())
    assert texts(marts) == (WHOLE[0], ANSWER, "stop")


def test_events_of_another_span_are_not_its_own(marts: Marts) -> None:
    marts.build(bare_call(1), bare_call(2), *said(2))
    assert texts(marts, 1) == (None, None, None)
    assert texts(marts, 2) == WHOLE


def test_messages_of_the_current_conventions_in_one_event(marts: Marts) -> None:
    details = {
        "gen_ai.input.messages": messages(("user", PROMPT)),
        "gen_ai.output.messages": messages(("assistant", ANSWER), finish_reason="length"),
        "gen_ai.system_instructions": [{"type": "text", "content": SYSTEM}],
    }
    marts.build(bare_call())
    marts.build(log_event(1, "gen_ai.client.inference.operation.details", "", **details))
    assert texts(marts) == WHOLE
    assert marts.interaction()["system_instructions"] == SYSTEM


def test_a_dialect_that_logs_its_messages(marts: Marts) -> None:
    spoken = {
        key: None
        for key in dict(openllmetry()["attributes"])
        if key.startswith(("gen_ai.prompt", "gen_ai.compl"))
    }
    marts.build(openllmetry(attributes=spoken))
    marts.build(*said())
    assert texts(marts) == WHOLE


def test_calls_of_tools_and_what_came_of_them(marts: Marts) -> None:
    bodies: list[tuple[str, Any]] = [
        ("gen_ai.user.message", {"content": "Weather?"}),
        ("gen_ai.assistant.message", {"tool_calls": [CALL]}),
        ("gen_ai.tool.message", {"id": "c1", "content": "sunny"}),
        ("gen_ai.choice", {"index": 0, "finish_reason": "tool_calls", "message": {"tool_calls": [CALL]}}),
    ]
    events = [log_event(1, name, json.dumps(body), NOON + n) for n, (name, body) in enumerate(bodies)]
    marts.build(bare_call(), *events)
    prompt, answer, reason = texts(marts)
    assert prompt == 'user:\nWeather?\n\nassistant:\nweather({"city":"Bern"})\n\ntool:\nsunny'
    assert (answer, reason) == (None, "tool_calls")


@pytest.mark.parametrize(
    "event",
    [
        log_event(1, "gen_ai.user.message", PROMPT),
        log_event(1, "gen_ai.user.message", json.dumps({"role": "user", "content": PROMPT})),
        log_event(
            1, "gen_ai.user.message", None, **{"gen_ai.event.content": json.dumps({"content": PROMPT})}
        ),
        log_event(1, "gen_ai.user.message", None, content=PROMPT, role="user"),
        log_event(1, "gen_ai.content.prompt", None, **{"gen_ai.prompt": PROMPT}),
    ],
    ids=["text", "json", "in an attribute", "as attributes", "as a prompt"],
)
def test_what_a_user_said_in_one_event_or_another(marts: Marts, event: Row) -> None:
    marts.build(bare_call(), event)
    assert texts(marts)[0] == PROMPT
