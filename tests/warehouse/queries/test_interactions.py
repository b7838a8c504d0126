"""The `Interactions` service: the same rows by every way to ask for them."""

import io
import json
from typing import Any

import duckdb
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanmart.warehouse import Interactions
from spanmart.warehouse.queries.columns import Column, as_csv
from spanmart.warehouse.queries.errors import InvalidCursor, UnknownInteraction
from support.calls import Call
from support.known_calls import (
    CALLS,
    CUT_OFF,
    FORMULA,
    KEPT_TEXT,
    OUTLINE,
    RATE_LIMITED,
    TIED,
    TONELESS,
    UNDECLARED,
    UNPRICED,
)

SORTS = [
    "created_at",
    "processing_time_ms",
    "tokens_used",
    "estimated_cost_usd",
    "quality_score",
    "updated_at",
]


def page_through(interactions: Interactions, filters: dict[str, Any], sort: str, limit: int) -> list[Any]:
    items: list[Any] = []
    cursor = None
    while True:
        page = interactions.get_all(filters, sort, limit, cursor)  # type: ignore[arg-type]
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            assert page["total"] == len(items)
            return items


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, CALLS),
        ({"end_date": "2026-11-20"}, [OUTLINE, RATE_LIMITED, CUT_OFF]),
        ({"start_date": "2026-11-21", "end_date": "2026-11-21T02:00:00"}, [TONELESS]),
        ({"start_date": "2026-11-21T02:00:00", "end_date": "2026-11-21T03:00:00Z"}, [UNPRICED]),
        ({"interaction_type": "training_kit"}, TIED),
        ({"status": "failure"}, [RATE_LIMITED]),
        ({"status": "partial"}, [CUT_OFF]),
        ({"user_feedback": "accepted"}, [OUTLINE]),
        ({"min_quality_score": 40, "max_quality_score": 89.5}, [CUT_OFF]),
        ({"model": "acme-7b"}, [UNPRICED]),
        ({"prompt_version": "2"}, [TONELESS]),
        ({"prompt_name": "outline", "session_id": "workshop-8"}, [TONELESS]),
        ({"user_id": "user-4"}, [RATE_LIMITED]),
        ({"user_id": "' or 1=1 --"}, []),
        ({"category": "people"}, [UNPRICED]),
        ({"q": "CMD|' /c CALC"}, [FORMULA]),
        ({"q": "second LINE, with"}, [FORMULA]),
        ({"q": "limit reached"}, [RATE_LIMITED]),
        ({"q": "%"}, []),
    ],
)
def test_each_filter_finds_its_calls_in_list_metrics_and_export(
    interactions: Interactions, filters: dict[str, Any], expected: list[Call]
) -> None:
    ids = {call.id for call in expected}
    assert {item["interaction_id"] for item in interactions.get_all(filters, limit=500)["items"]} == ids
    assert interactions.get_metrics(filters)["total_interactions"] == len(ids)
    exported = json.loads(b"".join(interactions.export(filters, "json")))
    assert {record["interaction_id"] for record in exported} == ids


def test_an_error_fingerprint_finds_the_calls_with_that_error(interactions: Interactions) -> None:
    fingerprint = interactions.get_by_id(RATE_LIMITED.id)["error_fingerprint"]
    [item] = interactions.get_all({"error_fingerprint": fingerprint})["items"]
    assert item["interaction_id"] == RATE_LIMITED.id


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{column}" for column in SORTS)])
@pytest.mark.parametrize("limit", [1, 7, 500])
def test_pages_of_any_size_give_every_call_once_in_order(
    interactions: Interactions, sort: str, limit: int
) -> None:
    items = page_through(interactions, {}, sort, limit)
    assert len({item["interaction_id"] for item in items}) == len(items) == len(CALLS)
    values = [item[sort.removeprefix("-")] for item in items]
    known = [value for value in values if value is not None]
    assert known == sorted(known, reverse=sort.startswith("-"))
    assert values[len(known) :] == [None] * (len(values) - len(known)), "calls without a value come last"


def test_a_cursor_of_another_list_is_refused(interactions: Interactions) -> None:
    cursor = interactions.get_all({}, limit=1)["next_cursor"]
    for filters, sort in (({"status": "success"}, "-created_at"), ({}, "created_at"), ({}, "-tokens_used")):
        with pytest.raises(InvalidCursor):
            interactions.get_all(filters, sort, 1, cursor)  # type: ignore[arg-type]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cursor=st.text(min_size=1) | st.binary(min_size=1).map(lambda raw: raw.hex()))
def test_a_made_up_cursor_is_refused(interactions: Interactions, cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        interactions.get_all({}, cursor=cursor)


@pytest.mark.parametrize("limit", [0, 501, -1, True])
def test_a_limit_out_of_bounds_is_refused(interactions: Interactions, limit: int) -> None:
    with pytest.raises(ValueError, match="from 1 to 500"):
        interactions.get_all(limit=limit)


def test_metrics_are_what_the_calls_say(interactions: Interactions) -> None:
    metrics = interactions.get_metrics({"end_date": "2026-11-20"})
    assert metrics["total_interactions"] == 3
    assert (
        metrics["success_rate"] == metrics["failure_rate"] == metrics["partial_rate"] == pytest.approx(1 / 3)
    )
    assert metrics["average_processing_time_ms"] == metrics["p50_processing_time_ms"] == 2000
    assert metrics["p95_processing_time_ms"] == pytest.approx(2900)
    assert metrics["total_tokens"] == 1500 + 460
    assert metrics["average_quality_score"] == 65
    assert metrics["feedback"] == {"no_feedback": 1, "accepted": 1, "rejected": 0, "modified": 1}
    assert {row["status"]: row["total_interactions"] for row in metrics["by_status"]} == {
        "success": 1,
        "failure": 1,
        "partial": 1,
    }
    assert {row["interaction_type"]: row["total_interactions"] for row in metrics["by_type"]} == {
        "outline_generation": 2,
        "title_generation": 1,
    }


def test_cost_is_the_sum_of_what_has_a_price_and_null_where_nothing_has(interactions: Interactions) -> None:
    costs = [
        item["estimated_cost_usd"]
        for item in interactions.get_all({"model": "gpt-4o-mini"}, limit=500)["items"]
    ]
    priced = [cost for cost in costs if cost is not None]
    assert priced
    assert interactions.get_metrics({"model": "gpt-4o-mini"})["total_cost_usd"] == pytest.approx(sum(priced))
    unpriced = interactions.get_metrics({"model": "acme-7b"})
    assert (unpriced["total_cost_usd"], unpriced["unpriced_count"]) == (None, 1)


def test_tokens_that_no_call_tells_are_unknown_and_counted(interactions: Interactions) -> None:
    failed = interactions.get_metrics({"status": "failure"})
    assert (failed["total_tokens"], failed["total_input_tokens"], failed["no_usage_count"]) == (None, None, 1)
    everything = interactions.get_metrics()
    told = [item for item in interactions.get_all({}, limit=500)["items"] if item["tokens_used"] is not None]
    assert everything["total_tokens"] == sum(item["tokens_used"] for item in told)
    assert everything["no_usage_count"] == everything["total_interactions"] - len(told)
    nothing = interactions.get_metrics({"start_date": "2030-01-01"})
    assert (nothing["total_tokens"], nothing["no_usage_count"]) == (0, 0)


def test_the_mean_cost_is_of_the_calls_that_have_one(interactions: Interactions) -> None:
    metrics = interactions.get_metrics()
    costs = [item["estimated_cost_usd"] for item in interactions.get_all({}, limit=500)["items"]]
    priced = [cost for cost in costs if cost is not None]
    assert metrics["priced_count"] == len(priced) < len(costs)
    assert metrics["total_cost_usd"] == pytest.approx(sum(priced))


def test_data_quality_counts_only_calls_that_declare_variables(interactions: Interactions) -> None:
    day = {"start_date": "2026-11-21", "end_date": "2026-11-21"}
    declaring = [TONELESS, UNPRICED, FORMULA]
    assert interactions.get_metrics(day)["data_quality_rate"] == pytest.approx(1 - 1 / len(declaring))
    assert interactions.get_by_id(UNDECLARED.id)["all_variables_present"] is None


def test_the_data_quality_issues_name_what_is_missing(interactions: Interactions) -> None:
    issues = interactions.get_data_quality_issues()
    assert issues["total"] == 1
    [item] = issues["items"]
    assert item["interaction_id"] == TONELESS.id
    assert item["missing_variables"] == ["tone"]
    assert item["unusable_variables"] == [{"variable": "tone", "reason": "empty"}]
    [row] = interactions.count_unusable_variables()
    assert (row["variable"], row["prompt_version"], row["unusable"], row["calls"]) == ("tone", "2", 1, 1)


def test_failures_carry_stack_trace_and_input(interactions: Interactions) -> None:
    failures = interactions.get_failures()
    assert failures["total"] == 1
    [item] = failures["items"]
    assert item["error_message"] == "Rate limit reached for requests."
    assert "generation.py" in item["error_details"]["stacktrace"]
    assert item["input_variables"]["audience"] == "warehouse staff"


def test_one_interaction_comes_with_its_whole_texts_and_its_span(interactions: Interactions) -> None:
    found = interactions.get_by_id(FORMULA.id)
    assert found["ai_response"] == FORMULA.answer
    assert found["created_at"] == "2026-11-21T03:00:00.000000Z"
    span = interactions.get_span(FORMULA.id)
    assert span is not None
    assert span["attributes"]["session.id"] == "@SUM(A1)"


def test_an_unknown_id_is_named(interactions: Interactions) -> None:
    with pytest.raises(UnknownInteraction, match="no-such-id"):
        interactions.get_by_id("no-such-id")
    assert interactions.get_span("no-such-id") is None


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n", "\x00", "\x00=", "\x1f", "＝"])
def test_a_cell_that_a_spreadsheet_might_run_is_quoted(begins: str) -> None:
    [cell] = (
        duckdb.execute(
            f"select {as_csv(Column('cell', 'text'))} from (select $cell as cell)", {"cell": f"{begins}1+1"}
        ).fetchone()
        or ()
    )
    assert cell == f"'{begins}1+1"


def test_all_export_formats_hold_the_same_rows_in_the_logs_order(interactions: Interactions) -> None:
    listed = [item["interaction_id"] for item in page_through(interactions, {}, "-created_at", 500)]
    records = json.loads(b"".join(interactions.export({}, "json")))
    table = pa_csv.read_csv(
        io.BytesIO(b"".join(interactions.export({}, "csv"))),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
    )
    parquet = pq.read_table(io.BytesIO(b"".join(interactions.export({}, "parquet"))))
    assert [record["interaction_id"] for record in records] == listed
    assert table["interaction_id"].to_pylist() == parquet["interaction_id"].to_pylist() == listed
    assert table.column_names == parquet.column_names == list(records[0])


@pytest.mark.parametrize("format", ["csv", "json", "parquet"])
def test_an_export_of_many_pages_misses_and_repeats_nothing(
    interactions: Interactions, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    whole = b"".join(interactions.export({}, "json"))
    monkeypatch.setattr("spanmart.warehouse.queries.lists.export.ROWS_A_LOOK_UP", 25)
    monkeypatch.setattr("spanmart.warehouse.queries.lists.export.ROWS_A_READ", 10)
    monkeypatch.setattr("spanmart.warehouse.queries.lists.export.ROWS_A_PAGE", 4)
    pieces = b"".join(interactions.export({}, format))  # type: ignore[arg-type]
    if format == "json":
        assert json.loads(pieces) == json.loads(whole)
    elif format == "csv":
        assert pieces == b"".join(interactions.export({}, "csv"))
    else:
        ids = pq.read_table(io.BytesIO(pieces))["interaction_id"].to_pylist()
        assert ids == [record["interaction_id"] for record in json.loads(whole)]


@pytest.mark.parametrize("format", ["csv", "json", "parquet"])
def test_an_export_of_nothing_is_a_whole_file(interactions: Interactions, format: str) -> None:
    content = b"".join(interactions.export({"q": "nowhere to be found"}, format))  # type: ignore[arg-type]
    if format == "json":
        assert json.loads(content) == []
    elif format == "csv":
        assert content.startswith(b'"interaction_id"') and content.count(b"\n") == 1
    else:
        assert pq.read_table(io.BytesIO(content)).num_rows == 0


def test_no_csv_cell_is_a_formula(interactions: Interactions) -> None:
    """Kimai CVE-2026-42267: a cell that begins like a formula is run by spreadsheets."""
    content = b"".join(interactions.export({"q": FORMULA.prompt}, "csv"))
    options = pa_csv.ConvertOptions(
        column_types=dict.fromkeys(["user_id", "session_id", "ai_response"], "string")
    )
    [row] = pa_csv.read_csv(
        io.BytesIO(content),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=options,
    ).to_pylist()
    assert row["user_id"] == f"'{FORMULA.user_id}"
    assert row["session_id"] == "'@SUM(A1)"
    assert row["ai_response"] == f"'{FORMULA.answer}"


def test_the_edit_of_a_response_is_kept_and_counted(interactions: Interactions) -> None:
    assert interactions.get_final_text(CUT_OFF.id) == KEPT_TEXT
    assert interactions.get_by_id(CUT_OFF.id)["edit_distance"] == len("\n3. Quiz")


@pytest.mark.parametrize("score", [-1, 101, float("nan"), True, "80"])
def test_feedback_that_does_not_fit_is_refused(interactions: Interactions, score: Any) -> None:
    with pytest.raises(ValueError, match="quality_score"):
        interactions.submit_feedback(OUTLINE.id, "accepted", quality_score=score)


def test_feedback_on_an_unknown_call_is_refused(interactions: Interactions) -> None:
    with pytest.raises(UnknownInteraction):
        interactions.submit_feedback(f"{'0' * 32}-{'0' * 16}", "accepted")
