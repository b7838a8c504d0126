"""How figures are written for people."""

from collections.abc import Callable
from datetime import datetime

import pytest

from spanmart.web.dashboard.comparison import Change, points, relative
from spanmart.web.formatting import duration, moment, number, percent, pretty_json, usd, without_instructions
from spanmart.web.interaction.text_diff import compare
from spanmart.web.interaction.variables import Segment, Variable, mark


@pytest.mark.parametrize(
    ("write", "value", "written"),
    [
        (number, 1234, "1,234"),
        (number, None, "–"),
        (percent, 0.1234, "12.3%"),
        (percent, 1, "100%"),
        (percent, 0.9999, ">99.9%"),
        (percent, 0.0001, "<0.1%"),
        (percent, 0, "0%"),
        (percent, None, "–"),
        (usd, 0.0042, "$0.0042"),
        (usd, 0.00000123, "$0.0000012"),
        (usd, 0.5, "$0.50"),
        (usd, 0.123, "$0.12"),
        (usd, 0, "$0.00"),
        (usd, 1234.5, "$1,234.50"),
        (usd, None, "–"),
        (duration, 842.4, "842 ms"),
        (duration, 999.6, "1.0 s"),
        (duration, 1234, "1.2 s"),
        (duration, 83_000, "1 min 23 s"),
        (duration, 7_260_000, "2 h 1 min"),
        (duration, None, "–"),
        (moment, "2026-11-21T03:00:00.123456Z", "2026-11-21 03:00:00"),
        (moment, datetime(2026, 11, 21), "2026-11-21 00:00:00"),
        (pretty_json, '{"a": "é"}', '{\n  "a": "é"\n}'),
        (pretty_json, "not json", "not json"),
        (without_instructions, "system:\nBe brief.\n\nuser:\nOutline it.", "Outline it."),
        (without_instructions, "system:\nVery long instr", "system:\nVery long instr"),
    ],
)
def test_figures_are_readable(write: Callable[[object], str], value: object, written: str) -> None:
    assert write(value) == written


@pytest.mark.parametrize(
    ("before", "after"), [("a b c", "a x c"), ("", "new"), ("old", ""), ("same", "same")]
)
def test_a_diff_holds_both_texts_whole(before: str, after: str) -> None:
    changes = compare(before, after)
    assert "".join(change.text for change in changes if change.kind != "insert") == before
    assert "".join(change.text for change in changes if change.kind != "delete") == after


def test_the_values_of_variables_are_marked_the_longest_first() -> None:
    variables = [Variable("a", "forklift", True, False), Variable("b", "forklift safety", True, False)]
    assert mark("On forklift safety.", variables) == [
        Segment("On ", None),
        Segment("forklift safety", "b"),
        Segment(".", None),
    ]


@pytest.mark.parametrize(
    ("change", "written"),
    [
        (relative(110, 100), Change("↑ 10%", "neither")),
        (relative(95, 100, "less"), Change("↓ 5.0%", "better")),
        (relative(300, 100, "less"), Change("↑ 200%", "worse")),
        (relative(100.01, 100, "less"), Change("no change", "neither")),
        (relative(100, 0), None),
        (relative(None, 100), None),
        (points(0.97, 0.99, "more"), Change("↓ 2.0 points", "worse")),
        (points(0.5, None, "more"), None),
    ],
)
def test_a_change_is_written_with_its_direction_and_judged(
    change: Change | None, written: Change | None
) -> None:
    assert change == written
