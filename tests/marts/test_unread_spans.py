"""Spans that look like model calls and that nobody reads: counted once each, by scope and keys."""

from typing import Any

from support.marts import Marts
from support.spans import any_span, span

UNKNOWN = {"llm.model": "x", "llm.usage.total_tokens": 5}


def kinds(marts: Marts) -> list[tuple[Any, ...]]:
    rows = marts.query("select scope_name, attribute_keys, spans from unread_spans order by all")
    return [tuple(row.values()) for row in rows]


def test_a_span_that_is_sent_twice_counts_once(marts: Marts) -> None:
    unread = [any_span(number, UNKNOWN, scope="acme.llm") for number in (1, 2)]
    marts.build(span(3), *unread)
    marts.build(unread[0])
    assert kinds(marts) == [("acme.llm", ["llm.model", "llm.usage.total_tokens"], 2)]
    stepwise = marts.contents()
    marts.refresher.refresh(full=True)
    assert marts.contents() == stepwise


def test_a_copy_that_is_read_takes_it_away(marts: Marts) -> None:
    marts.build(any_span(1, UNKNOWN, scope="acme.llm"))
    marts.build(span(1))
    assert kinds(marts) == []


def test_a_copy_with_other_keys_counts_in_one_kind(marts: Marts) -> None:
    marts.build(any_span(1, {"llm.model": "x"}, scope="acme.llm"))
    marts.build(any_span(1, UNKNOWN, scope="acme.llm"))
    assert sum(spans for *_, spans in kinds(marts)) == 1
