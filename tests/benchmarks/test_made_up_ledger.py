"""The benchmark's made-up calls are such as could have been sent, and the marts take them all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.marts.ledger import Ledger
from spanmart.instrumentation import semconv
from spanmart.warehouse import Warehouse
from spanmart.warehouse.maintenance.integrity import ledger_faults
from support.marts import Marts

CALLS = 2_000
KEYS = {value for name, value in vars(semconv).items() if name.isupper()}
PREFIXES = (semconv.PROMPT_VARIABLE_PREFIX, semconv.CONTEXT_PREFIX)


def written(folder: Path, seed: int) -> Marts:
    marts = Marts(Warehouse.open(folder))
    Ledger(CALLS, seed, spans_a_request=20).write(marts.warehouse, progress=lambda _: None)
    marts.warehouse.close()
    return Marts(Warehouse.open(folder))


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marts]:
    marts = written(tmp_path_factory.mktemp("made-up") / "data", seed=1)
    marts.build()
    yield marts
    marts.close()


def shares(marts: Marts, column: str, mart: str = "interactions") -> dict[object, float]:
    rows = marts.query(
        f"select {column} as value, count(*) / sum(count(*)) over () as share from {mart} group by 1"
    )
    return {row["value"]: row["share"] for row in rows}


def test_every_call_is_one_interaction_though_some_spans_came_twice(marts: Marts):
    [counts] = marts.query(
        "select count(*) as spans, count(distinct trace_id || span_id) as calls from landing.raw.spans"
    )
    assert counts["calls"] == CALLS < counts["spans"]
    assert marts.query("select count(*) as calls from interactions") == [{"calls": CALLS}]


def test_commits_follow_each_other_in_the_ledger(tmp_path: Path):
    out_of_order = (
        "select ingest_seq < lag(ingest_seq) over (order by rowid) as is_early"
        " from landing.raw.{table} qualify is_early"
    )
    with Warehouse.open(tmp_path / "data") as warehouse, warehouse.cursor() as cursor:
        Ledger(20_000).write(warehouse, progress=lambda _: None)
        for table in ("spans", "log_events"):
            assert cursor.execute(out_of_order.format(table=table)).fetchall() == []


def test_the_ledger_is_sound(marts: Marts):
    with marts.warehouse.cursor() as cursor:
        assert ledger_faults(cursor) == []


def test_spans_carry_what_our_instrumentation_emits_and_nothing_else(marts: Marts):
    found = marts.query("select distinct unnest(map_keys(attributes)) as key from landing.raw.spans")
    assert [
        row["key"] for row in found if row["key"] not in KEYS and not row["key"].startswith(PREFIXES)
    ] == []


def test_calls_end_in_every_way_and_mostly_well(marts: Marts):
    assert set(shares(marts, "status_reason")) >= {
        None, "raised", "stream_interrupted", "stream_abandoned", "length", "refused", "invalid_json"
    }  # fmt: skip
    status = shares(marts, "status")
    assert status["success"] > 0.85
    assert 0.01 < status["failure"] < 0.1
    assert shares(marts, "pricing_status").keys() == {"priced", "unpriced", "no_usage"}


def test_few_users_make_most_of_the_calls(marts: Marts):
    users = sorted(shares(marts, "user_id").values(), reverse=True)
    assert sum(users[: len(users) // 5]) > 0.4


def test_there_is_more_to_do_at_work_and_at_the_end_of_the_year(marts: Marts):
    hours = shares(marts, "hour(created_at)")
    assert hours[13] > 5 * hours[2]
    quarters = shares(marts, "date_trunc('quarter', created_at)")
    assert max(quarters) == max(quarters, key=lambda quarter: quarters[quarter])


def test_variables_are_missing_where_the_app_says_so(marts: Marts):
    complete = shares(marts, "all_variables_present")
    assert 0.05 < complete[False] < 0.3
    assert complete[None] > 0
    assert shares(marts, "reason", "missing_variables").keys() == {"missing", "empty"}


def test_feedback_comes_later_than_its_call_and_some_is_compared_with_the_answer(marts: Marts):
    feedback = shares(marts, "user_feedback")
    assert feedback.keys() == {"no_feedback", "accepted", "rejected", "modified"}
    assert 0.1 < 1 - feedback["no_feedback"] < 0.4
    [late] = marts.query(
        "select count(*) filter (feedback_at < created_at) as early, count(edit_distance) as edited"
        " from interactions"
    )
    assert late["early"] == 0
    assert late["edited"] > 0


def test_the_same_seed_makes_the_same_ledger_and_another_seed_another(marts: Marts, tmp_path: Path):
    def digest(of: Marts) -> object:
        return of.query(
            "select (select bit_xor(hash(span)) from landing.raw.spans as span) as spans,"
            " (select bit_xor(hash(event)) from landing.raw.log_events as event) as events"
        )

    again, other = written(tmp_path / "again", seed=1), written(tmp_path / "other", seed=2)
    try:
        assert digest(again) == digest(marts)
        assert digest(other) != digest(marts)
    finally:
        again.close()
        other.close()
