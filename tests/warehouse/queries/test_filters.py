"""Filters: what each value means, and that no value ever becomes SQL."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from spanmart.warehouse.queries.filters import Filters, compose


@pytest.mark.parametrize(
    ("written", "start", "end"),
    [
        ("2026-01-31", datetime(2026, 1, 31), datetime(2026, 2, 1)),
        ("2026-01-31T14:30", datetime(2026, 1, 31, 14, 30), datetime(2026, 1, 31, 14, 30)),
        ("2026-01-31T14:30:00Z", datetime(2026, 1, 31, 14, 30), datetime(2026, 1, 31, 14, 30)),
        ("2026-01-31T14:30:00+02:00", datetime(2026, 1, 31, 12, 30), datetime(2026, 1, 31, 12, 30)),
        ("9999-12-31", datetime(9999, 12, 31), datetime.max),
        ("0001-01-01T00:00:00+14:00", datetime(1, 1, 1), datetime(1, 1, 1)),
    ],
)
def test_a_date_ends_with_its_last_moment_and_a_time_where_it_says_in_utc(
    written: str, start: datetime, end: datetime
) -> None:
    filters = Filters(start_date=written, end_date=written)
    assert (filters.start_date, filters.end_date) == (start, end)


@pytest.mark.parametrize(
    "wrong",
    [
        {"staus": "failure"},
        {"status": "failed"},
        {"user_feedback": "liked"},
        {"start_date": "yesterday"},
        {"start_date": "2026-02-30"},
        {"min_quality_score": "nan"},
        {"min_quality_score": "101"},
        {"model": ""},
    ],
)
def test_an_unknown_filter_or_a_value_that_does_not_fit_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Filters.model_validate(wrong)


def test_no_filter_means_everything() -> None:
    assert compose(Filters()).sql == "true"
    assert compose(Filters()).parameters == {}


@given(
    st.dictionaries(st.sampled_from(["q", "model", "user_id", "category"]), st.text(min_size=1, max_size=50))
)
def test_values_are_bound_and_never_part_of_the_sql(values: dict[str, str]) -> None:
    where = compose(Filters.model_validate(values))
    assert where.sql == compose(Filters.model_validate(dict.fromkeys(values, "harmless"))).sql
    assert where.parameters == values
