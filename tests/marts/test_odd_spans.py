"""One odd span costs at most its own row, one odd value its own field: the calls beside it are as ever."""

import json
from collections.abc import Callable
from datetime import datetime

import pytest

from support.dialects import gen_ai, gen_ai_events, openinference, openllmetry
from support.marts import Marts
from support.spans import NANOSECONDS, NOON, Row, feedback, interaction_id, log_event, span

DEEP = '{"a":' * 200_000 + "1" + "}" * 200_000
YEAR_2500 = 16_725_225_600 * NANOSECONDS
YEAR_2100 = 4_102_444_800 * NANOSECONDS


def event_of(content: str) -> str:
    said = {"name": "gen_ai.user.message", "time_unix_nano": NOON}
    return json.dumps([said | {"attributes": {"gen_ai.event.content": content}}])


@pytest.mark.parametrize(
    "odd",
    [
        gen_ai_events(2, events=event_of(DEEP)),
        gen_ai_events(2, events='[{"name":"gen_ai.choice","time_unix_nano":1,"attributes":' + DEEP + "}]"),
        gen_ai_events(
            2, events="[]", attributes={"events": f'[{{"event.name":"gen_ai.choice","a":{DEEP}}}]'}
        ),
        log_event(2, "gen_ai.user.message", DEEP),
        log_event(2, "gen_ai.user.message", None, **{"gen_ai.event.content": DEEP}),
    ],
    ids=["content", "event", "attribute", "body", "log attribute"],
)
def test_nesting_ends_no_process(marts: Marts, odd: Row) -> None:
    silent = gen_ai_events(2, events="[]")
    marts.build(span(1), *([silent] if "body" in odd else []), odd)
    assert marts.interaction(1)["ai_response"] == "Hello!"
    assert marts.interaction(2)["input_tokens"] == 1000


def test_events_beyond_counting_are_read_at_once(marts: Marts) -> None:
    said = [{"event.name": "gen_ai.user.message", "content": "Say hello"}] * 40_000
    marts.build(
        span(1),
        gen_ai_events(
            2, events="[]", attributes={"events": json.dumps([*said, {"event.name": "gen_ai.choice"}])}
        ),
    )
    assert marts.interaction(1)["ai_response"] == "Hello!"
    assert marts.interaction(2)["model_used"] == "gpt-4o-mini-2024-07-18"


def test_of_variables_beyond_counting_some_are_told(marts: Marts) -> None:
    names = [f"variable {number}" for number in range(130_000)]
    marts.build(span(1), span(2, attributes={"spanmart.prompt.required_variables": names}))
    assert marts.interaction(1)["ai_response"] == "Hello!"
    assert marts.interaction(2)["missing_variables"] == names[:1000]


@pytest.mark.parametrize(
    "said",
    [
        r'[{"role": "user", "parts": [{"type": "text", "content": "\ud83e"}]}]',
        '[{"role": "user", "parts": [{"type": "text", "content": NaN}, {"type": "text", "content": 1e999}]}]',
        '[{"role": "user", "parts": [{"type": "text", "content": ' + "9" * 5_000 + "}]}]",
    ],
)
def test_messages_are_json_that_everybody_reads(marts: Marts, said: str) -> None:
    attributes = {"gen_ai.input.messages": said, "gen_ai.output.messages": said}
    marts.build(gen_ai(1, attributes=attributes))
    row = marts.interaction(1)
    for column in ("input_messages", "output_messages"):
        json.loads(row[column], parse_constant=pytest.fail)
    assert row["ai_response"] == row["rendered_prompt"].replace("\n", "") != said
    assert row["ai_response"][0] in "\ufffdN9"


def test_what_python_writes_and_nobody_else_reads_is_mended_in_ours(marts: Marts) -> None:
    said = '[{"role": "assistant", "parts": [{"type": "text", "content": NaN}]}]'
    marts.build(
        span(
            1,
            attributes={
                "gen_ai.output.messages": said,
                "spanmart.response.structured_output": "[Infinity]",
            },
        )
    )
    row = marts.interaction(1)
    for column in ("output_messages", "structured_output"):
        json.loads(row[column], parse_constant=pytest.fail)
    assert row["ai_response"] == "NaN"


@pytest.mark.parametrize("dialect", [openinference, openllmetry])
def test_of_messages_beyond_counting_the_newest_are_read_at_once(
    marts: Marts, dialect: Callable[..., Row]
) -> None:
    key = "llm.input_messages.{}.message.{}" if dialect is openinference else "gen_ai.prompt.{}.{}"
    said = {key.format(number, "role"): "user" for number in range(40_000)}
    said |= {key.format(number, "content"): f"text {number}" for number in (0, 39_000, 39_999)}
    marts.build(span(1), dialect(2, attributes=said | {"input.value": None}))
    assert marts.interaction(1)["ai_response"] == "Hello!"
    row = marts.interaction(2)
    assert row["prompt_preview"] == "text 39999"
    assert "[39000 messages left out]" in row["rendered_prompt"]
    assert "text 39000" in row["rendered_prompt"]


# Each function of DuckDB that reads JSON holds all of it, several times over.
@pytest.mark.parametrize(
    "said", ["{}", '[{{"role": "assistant", "content": "{}"}}]'], ids=["prose", "another notation"]
)
def test_long_texts_are_read_in_forty_times_their_memory(marts: Marts, said: str) -> None:
    text = "Safety first. " * 10_000
    with marts.warehouse.cursor() as cursor:
        cursor.execute(f"set memory_limit = '{40 * 200 * len(text)} B'")
    attributes = {"gen_ai.output.messages": said.format(text)}
    marts.build(*(gen_ai(number, attributes=attributes) for number in range(1, 201)))
    found = marts.query("select count(*) as calls from interaction_texts where ai_response = ?", text)
    assert found == [{"calls": 200}]


@pytest.mark.parametrize(
    ("start", "end", "begins"),
    [
        (0, NOON, NOON),
        (0, 0, None),
        (YEAR_2500, YEAR_2500 + 1, None),
        (YEAR_2500, NOON, NOON),
        (2**64 - 1, 2**64 - 1, None),
    ],
)
def test_a_clock_that_was_not_set_gives_no_duration_and_a_sane_moment(
    marts: Marts, start: int, end: int, begins: int | None
) -> None:
    marts.build(span(1, start=start, end_time_unix_nano=end))
    row = marts.interaction(1)
    assert row["processing_time_ms"] is None
    moment = row["ingested_at"] if begins is None else datetime(2026, 9, 21, 14, 13, 20)
    assert row["created_at"] == moment


def test_an_end_that_cannot_be_keeps_the_start(marts: Marts) -> None:
    marts.build(span(1, start=NOON, end_time_unix_nano=YEAR_2500))
    row = marts.interaction(1)
    assert (row["created_at"], row["processing_time_ms"]) == (datetime(2026, 9, 21, 14, 13, 20), None)


def test_feedback_of_the_future_does_not_beat_what_comes_later(marts: Marts) -> None:
    marts.build(span(1), feedback(1, "rejected", at=YEAR_2100))
    [first] = marts.query("select feedback_at, ingested_at from intermediate.int_feedback")
    assert first["feedback_at"] == first["ingested_at"]
    marts.build(feedback(1, "accepted", at=YEAR_2100 - NANOSECONDS))
    found = marts.query("select user_feedback from interactions where interaction_id = ?", interaction_id(1))
    assert found == [{"user_feedback": "accepted"}]
