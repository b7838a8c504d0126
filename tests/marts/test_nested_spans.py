"""Spans of one exchange with a model count once, in whatever order they arrive."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from support.dialects import gen_ai, langfuse, openinference
from support.marts import Marts
from support.spans import Row, any_span, feedback, span

TRACE = 7
FIRST_TRACE = 100
NO_TEXTS = {"gen_ai.input.messages": None, "gen_ai.output.messages": None}
NO_USAGE = {"llm.token_count.prompt": None, "llm.token_count.completion": None}
Made = Callable[..., Row]


def within(parent: int | None, number: int, made: Made = gen_ai, response_id: str | None = None) -> Row:
    """Span `number` of the one trace, a child of span `parent`, as `made` describes a call."""
    return placed(parent, made(number, attributes={"gen_ai.response.id": response_id, "output.value": None}))


def placed(parent: int | None, row: Row) -> Row:
    return row | {
        "trace_id": f"{TRACE:032x}",
        "parent_span_id": f"{parent:016x}" if parent else None,
    }


def other(parent: int | None, number: int) -> Row:
    """A span that is no call."""
    return placed(parent, any_span(number, {"http.request.method": "POST"}, scope="httpx"))


def silent(parent: int | None, number: int) -> Row:
    """A call without what was asked and answered."""
    return placed(parent, gen_ai(number, attributes={"gen_ai.response.id": None, **NO_TEXTS}))


def free(parent: int | None, number: int) -> Row:
    """A call without counts of tokens."""
    return placed(parent, openinference(number, attributes={"output.value": None, **NO_USAGE}))


def agent(parent: int | None, number: int) -> Row:
    return placed(parent, gen_ai(number, attributes={"gen_ai.operation.name": "invoke_agent"}))


def counted(marts: Marts, trace: int = TRACE) -> list[int]:
    rows = marts.query("select span_id from interactions where trace_id = ? order by all", f"{trace:032x}")
    return [int(row["span_id"], 16) for row in rows]


FOREST: dict[str, tuple[list[Row], list[int]]] = {
    "ours around another's": ([within(None, 1, span), within(1, 2)], [1]),
    "ours within another's": ([within(None, 1), within(1, 2, span)], [2]),
    "the outer tells more": ([within(None, 1, langfuse), silent(1, 2)], [1]),
    "the inner tells more": ([free(None, 1), within(1, 2)], [2]),
    "both tell as much": ([within(None, 1, langfuse), within(1, 2, openinference)], [2]),
    "with other spans between": (
        [within(None, 1, langfuse), other(1, 2), other(2, 3), within(3, 4, span)],
        [4],
    ),
    "three deep": ([within(None, 1), within(1, 2, langfuse), within(2, 3, openinference)], [3]),
    "an agent's span": ([agent(None, 1), within(1, 2)], [2]),
    "a loop of calls and tools": ([within(None, 1), within(1, 2), other(1, 3), within(1, 4)], [2, 4]),
    "a loop of calls that are told twice": (
        [
            within(None, 1, langfuse),
            within(1, 2, openinference),
            within(2, 3, span),
            within(1, 4, openinference),
            within(4, 5, span),
        ],
        [3, 5],
    ),
    "the last of a loop and the loop have one response id": (
        [within(None, 1, response_id="b"), within(1, 2, response_id="a"), within(1, 3, response_id="b")],
        [2, 3],
    ),
    "response ids that differ": (
        [within(None, 1, response_id="a"), other(1, 2), within(2, 3, response_id="b")],
        [1, 3],
    ),
    "one response id side by side": (
        [other(None, 1), within(1, 2, response_id="a"), within(1, 3, span, response_id="a")],
        [3],
    ),
    "one response id that one instrumentation has twice": (
        [other(None, 1), within(1, 2, response_id="a"), within(1, 3, response_id="a")],
        [2, 3],
    ),
    "side by side": ([other(None, 1), within(1, 2), within(1, 3), within(1, 4, langfuse)], [2, 3, 4]),
    "a circle": ([within(2, 1), within(1, 2)], [1, 2]),
    "its own parent": ([within(1, 1)], [1]),
    "without their parents": ([within(8, 1), within(9, 2)], [1, 2]),
}


@pytest.fixture(scope="module")
def forest(module_marts: Marts) -> Marts:
    """Each case as a trace of its own."""
    module_marts.build(
        *(
            row | {"trace_id": f"{trace:032x}"}
            for trace, (rows, _) in enumerate(FOREST.values(), FIRST_TRACE)
            for row in rows
        )
    )
    return module_marts


@pytest.mark.parametrize("case", FOREST)
def test_one_exchange_counts_once(forest: Marts, case: str) -> None:
    assert counted(forest, FIRST_TRACE + list(FOREST).index(case)) == FOREST[case][1]


@pytest.mark.parametrize(
    "order", list(itertools.permutations((within(None, 1, langfuse), other(1, 2), within(2, 3, span))))
)
def test_in_whatever_order_they_arrive(marts: Marts, order: tuple[Row, ...]) -> None:
    for row in order:
        marts.build(row)
    assert counted(marts) == [3]
    for mart in ("interaction_texts", "interactions"):
        assert marts.query(f"select count(*) as n from {mart}") == [{"n": 1}]
    assert marts.query("select sum(interactions)::int as n from costs_daily") == [{"n": 1}]


def test_a_call_that_no_more_counts_is_in_no_mart(marts: Marts) -> None:
    failing: dict[str, Any] = {"status_code": "ERROR", "status_message": "Slow down"}
    declares = {"spanmart.prompt.required_variables": ["title"]}
    marts.build(placed(1, gen_ai(2, attributes={"gen_ai.response.id": None}, **failing)))
    assert marts.query("select count(*) as n from failures") == [{"n": 1}]
    marts.build(placed(None, span(1, attributes=declares, **failing)))
    for mart in ("interactions", "interaction_texts", "failures", "missing_variables"):
        ids = {row["interaction_id"] for row in marts.query(f"select interaction_id from {mart}")}
        assert ids == {f"{TRACE:032x}-{1:016x}"}, mart


def test_a_call_that_counts_again_is_back_with_its_feedback(marts: Marts) -> None:
    outer = within(None, 1, span)
    marts.build(within(1, TRACE), feedback(TRACE, "modified", **{"spanmart.feedback.final_text": "Hell"}))
    marts.build(outer)
    assert counted(marts) == [1]
    marts.build(outer | {"attributes": []})
    assert counted(marts) == [TRACE]
    row = marts.interaction(TRACE)
    assert (row["user_feedback"], row["edit_distance"]) == ("modified", 2)
