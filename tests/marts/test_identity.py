"""One exchange with a model is one row, whoever told of it, and the row has what each of them knows."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from support.dialects import PROMPT, gen_ai, openinference
from support.marts import Marts
from support.spans import ANSWER, NANOSECONDS, NOON, Row, any_span, feedback, interaction_id, span

LANGCHAIN = "openinference.instrumentation.langchain"
START = NOON + NANOSECONDS
MILLISECOND = 1_000_000
SILENT = {"gen_ai.input.messages": None, "gen_ai.output.messages": None}


def framework(number: int = 1, *, attributes: dict[str, Any] | None = None, **changes: Any) -> Row:
    """LangChain's span of a streamed call, as it never tells the response's id."""
    return openinference(
        number, attributes={"output.value": None, **(attributes or {})}, **{"scope": LANGCHAIN, **changes}
    )


def client(number: int = 2, *, attributes: dict[str, Any] | None = None, **changes: Any) -> Row:
    """The client's span within it, without texts and without a session."""
    bare = {"session.id": None, "user.id": None, **SILENT}
    times = {"start": START + 5 * MILLISECOND, "end_time_unix_nano": START + 1990 * MILLISECOND}
    return gen_ai(number, attributes={**bare, **(attributes or {})}, **{**times, **changes})


def within(parent: Row, row: Row) -> Row:
    return row | {"trace_id": parent["trace_id"], "parent_span_id": parent["span_id"]}


def beside(other: Row, row: Row) -> Row:
    """In the same trace, with no span around both."""
    return row | {"trace_id": other["trace_id"], "parent_span_id": None}


def the_row(marts: Marts) -> Row:
    [row] = marts.query("select * from interactions join interaction_texts using (interaction_id)")
    return row


PLACES: dict[str, Callable[[Row, Row], Row]] = {
    "within it": within,
    "beside it in one trace": beside,
    "in a trace of its own": lambda _, row: row,
}


@pytest.mark.parametrize("turned", [False, True], ids=["in order", "the client's first"])
@pytest.mark.parametrize("place", PLACES)
def test_a_frameworks_span_and_the_clients_are_one_call(marts: Marts, place: str, turned: bool) -> None:
    outer = framework()
    inner = PLACES[place](outer, client())
    for row in (inner, outer) if turned else (outer, inner):
        marts.build(row)
    row = the_row(marts)
    # Texts and session are the framework's, id, model and finish reason the client's.
    assert row["rendered_prompt"].endswith(PROMPT)
    assert (row["session_id"], row["response_id"], row["finish_reason"]) == ("s1", "chatcmpl-2", "stop")


def test_what_failed_is_one_failure(marts: Marts) -> None:
    failed = {"status_code": "ERROR", "status_message": "Error code: 429 - Slow down"}
    nothing = dict.fromkeys((*ANSWER, "gen_ai.usage.cache_read.input_tokens"))
    outer = framework(
        attributes={"llm.token_count.prompt": None, "llm.token_count.completion": None}, **failed
    )
    marts.build(outer, client(attributes={**nothing, "error.type": "RateLimitError"}, **failed))
    row = the_row(marts)
    assert (row["status"], row["http_status"], row["error_message"]) == ("failure", 429, "Slow down")


@pytest.mark.parametrize(
    "other",
    [
        client(attributes={"gen_ai.usage.output_tokens": 7}),
        client(attributes={"gen_ai.request.model": "gpt-4.1"}),
        client(start=START + 5 * MILLISECOND, end_time_unix_nano=START + 2500 * MILLISECOND),
        client(start=START - 500 * MILLISECOND),
        client(service_name="another"),
        client(scope=LANGCHAIN),
        client(status_code="ERROR"),
    ],
    ids=[
        "other usage",
        "other model",
        "ends later",
        "begins before",
        "other service",
        "same scope",
        "failed",
    ],
)
def test_what_does_not_fit_is_another_call(marts: Marts, other: Row) -> None:
    marts.build(framework(), other)
    assert marts.query("select count(*) as n from interactions") == [{"n": 2}]


def test_each_of_two_at_once_is_put_to_the_nearest(marts: Marts) -> None:
    outers = [framework(number, start=START + number * 100 * MILLISECOND) for number in (1, 2)]
    inners = [
        client(number, start=START + (number - 10) * 100 * MILLISECOND + MILLISECOND) for number in (11, 12)
    ]
    marts.build(outers[0], inners[1])
    marts.build(inners[0])
    marts.build(outers[1])
    rows = marts.query("select response_id from interactions order by created_at")
    assert [row["response_id"] for row in rows] == ["chatcmpl-11", "chatcmpl-12"]


def test_usage_is_the_innermosts_and_texts_are_whosevers_has_them(marts: Marts) -> None:
    outer = framework(
        attributes={
            "llm.model_name": "gpt-4o-mini",
            "llm.token_count.prompt": 2000,
            "llm.token_count.prompt_details.cache_read": None,
            "llm.token_count.completion_details.reasoning": None,
        }
    )
    usage = {"gen_ai.usage.input_tokens": 2000, "gen_ai.usage.cache_read.input_tokens": 1500}
    marts.build(outer, within(outer, client(attributes=usage)))
    row = the_row(marts)
    assert row["rendered_prompt"].endswith(PROMPT)
    assert row["estimated_cost_usd"] == Decimal("0.0002475")


@pytest.mark.parametrize("late", [False, True], ids=["at once", "the spans above come later"])
def test_context_of_spans_above_a_call_is_inherited_from_the_nearest(marts: Marts, late: bool) -> None:
    above = any_span(1, {"session.id": "s-above", "user.id": "far"}, scope="web")
    between = within(above, any_span(2, {"user.id": "near", "gen_ai.prompt.name": "outline"}, scope="web"))
    call = within(between, gen_ai(3, attributes={"session.id": None, "user.id": None}))
    if late:
        marts.build(call)
        marts.build(between)
        marts.build(above)
    else:
        marts.build(above, between, call)
    row = the_row(marts)
    assert (row["session_id"], row["user_id"], row["prompt_name"]) == ("s-above", "near", "outline")


def test_usage_that_agents_and_chains_repeat_never_counts(marts: Marts) -> None:
    agent = gen_ai(1, attributes={"gen_ai.operation.name": "invoke_agent", "gen_ai.response.id": None})
    step = within(agent, gen_ai(2, attributes={"gen_ai.operation.name": "agent_step"}))
    for row in (within(step, gen_ai(3)), step, agent):
        marts.build(row)
    assert the_row(marts)["interaction_id"] == f"{1:032x}-{3:016x}"
    assert marts.query("select * from unread_spans") == []


def test_a_label_alone_makes_no_call(marts: Marts) -> None:
    helper = {
        "openinference.span.kind": "LLM",
        "llm.model_name": "gpt-4o-mini",
        "input.value": {"tools": ["search"]},
        "output.value": {"messages": ["Say hello"], "tools": [{"type": "object"}]},
    }
    marts.build(
        any_span(1, helper, scope="openinference.instrumentation.llama_index", kind="INTERNAL"),
        any_span(
            2,
            {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o-mini"},
            scope="wrapper",
            kind="INTERNAL",
        ),
    )
    assert marts.query("select * from interactions") == []


@pytest.mark.parametrize("turned", [False, True])
def test_a_copy_that_has_not_ended_takes_no_place(marts: Marts, turned: bool) -> None:
    whole = gen_ai(1)
    begun = whole | {"end_time_unix_nano": 0, "attributes": [("gen_ai.operation.name", "chat")]}
    for row in (begun, whole) if turned else (whole, begun):
        marts.build(row)
    assert (the_row(marts)["output_tokens"], the_row(marts)["processing_time_ms"]) == (100, 2000)


def test_of_copies_in_one_commit_the_one_that_has_ended_counts(marts: Marts) -> None:
    whole = gen_ai(1)
    marts.build(whole, whole | {"end_time_unix_nano": 0, "attributes": [("gen_ai.operation.name", "chat")]})
    assert the_row(marts)["output_tokens"] == 100


@pytest.mark.parametrize("first", ["the feedback", "the spans"])
@pytest.mark.parametrize(
    "judged", [1, 2, 3], ids=["a tool around", "the framework's span", "the call itself"]
)
def test_feedback_on_any_span_of_a_call_is_on_the_call(marts: Marts, first: str, judged: int) -> None:
    tool = any_span(1, {"gen_ai.operation.name": "execute_tool"}, scope="tools")
    outer = within(tool, framework(2))
    spans = [tool, outer, within(outer, client(3))]
    given = feedback(judged, "rejected") | {"trace_id": tool["trace_id"]}
    for rows in ([given], spans) if first == "the feedback" else (spans, [given]):
        marts.build(*rows)
    assert the_row(marts)["user_feedback"] == "rejected"


def test_the_newest_judgement_counts_whichever_span_it_is_on(marts: Marts) -> None:
    outer = framework(1)
    call = within(outer, client(2))
    trace = {"trace_id": outer["trace_id"]}
    marts.build(outer, call, feedback(2, "accepted", at=NOON + 2 * NANOSECONDS) | trace)
    marts.build(feedback(1, "rejected", at=NOON + 3 * NANOSECONDS) | trace)
    assert the_row(marts)["user_feedback"] == "rejected"
    marts.build(feedback(2, "accepted", at=NOON + NANOSECONDS) | trace)
    assert the_row(marts)["user_feedback"] == "rejected"
    marts.build(feedback(2, "modified", at=NOON + 4 * NANOSECONDS) | trace)
    assert the_row(marts)["user_feedback"] == "modified"


def test_what_is_judged_around_several_calls_is_on_the_last(marts: Marts) -> None:
    agent = any_span(1, {"gen_ai.operation.name": "invoke_agent"}, scope="agents")
    marts.build(agent, within(agent, gen_ai(2)), feedback(1, "accepted"))
    marts.build(within(agent, gen_ai(3)))
    rows = marts.query("select user_feedback from interactions order by created_at")
    assert [row["user_feedback"] for row in rows] == ["no_feedback", "accepted"]


def test_a_prompt_stamped_on_a_tools_span_is_on_the_call_within(marts: Marts) -> None:
    stamped = {
        "gen_ai.operation.name": "execute_tool",
        "spanmart.interaction.type": "outline",
        "gen_ai.prompt.name": "outline",
        "gen_ai.prompt.version": "3",
        "gen_ai.prompt.variable.title": "Safety",
        "spanmart.context.category": "safety",
    }
    tool = any_span(1, stamped, scope="langchain")
    marts.build(tool, within(tool, gen_ai(2)))
    row = the_row(marts)
    assert (row["interaction_type"], row["prompt_name"], row["prompt_version"]) == ("outline", "outline", "3")
    assert (row["input_variables"], row["category"]) == ('{"title":"Safety"}', "safety")


def test_ours_around_anothers_has_what_the_other_knows(marts: Marts) -> None:
    ours = span(1, attributes={"session.id": None, "gen_ai.usage.cache_read.input_tokens": None})
    marts.build(ours, within(ours, gen_ai(2, attributes={"gen_ai.response.id": "chatcmpl-1"})))
    row = the_row(marts)
    assert row["interaction_id"] == interaction_id(1)
    assert (row["session_id"], row["cached_input_tokens"]) == ("s1", 400)


def test_spans_that_look_like_calls_and_are_read_by_nobody_are_listed(marts: Marts) -> None:
    unknown = {
        "llm.model": "x",
        "llm.usage.total_tokens": 5,
        "llm.choice.0.text": "a",
        "llm.choice.1.text": "b",
    }
    web = any_span(3, {"http.request.method": "POST"}, scope="web")
    marts.build(*(any_span(number, unknown, scope="acme.llm") for number in (1, 2)), web)
    [row] = marts.query("select * from unread_spans")
    assert (row["scope_name"], row["spans"], row["service_names"]) == ("acme.llm", 2, ["training-builder"])
    assert row["attribute_keys"] == ["llm.choice.N.text", "llm.model", "llm.usage.total_tokens"]
    assert marts.query("select * from interactions") == []
