"""Programs with other people's frameworks: a row per call, equal to what happened, in whatever order."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from spanmart.warehouse import Warehouse
from support.marts import Marts
from support.sender_programs import FOLDER, Program, differences, programs
from support.spans import Row

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"there are no recordings at {FOLDER}")

ROWS = "select * from interactions join interaction_texts using (interaction_id) order by created_at, span_id"
# What its truth has and its payload has not: the failed response names no model on any span of its trace.
NOT_TOLD = {"agents-openinference": {"8 responses model_used"}}
# Which of a call's spans counts may not hang on when each arrived; when a row was written does.
OF_ARRIVAL = {"ingest_seq", "ingested_at", "updated_at"}


def rows_by_program(marts: Marts, sent: list[Program]) -> dict[str, list[Row]]:
    traces = {trace: program.name for program in sent for trace in program.truth["trace_ids"]}
    found: dict[str, list[Row]] = {program.name: [] for program in sent}
    for row in marts.query(ROWS):
        found[traces[row["trace_id"]]].append(row)
    return found


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[Row]]]:
    """All programs in one commit, mixed with each other."""
    marts = Marts(Warehouse.open(tmp_path_factory.mktemp("senders")))
    sent = programs()
    spans = [row for program in sent for row in program.rows]
    random.Random(7).shuffle(spans)
    marts.build(*spans)
    yield rows_by_program(marts, sent)
    marts.close()


@pytest.mark.parametrize("program", programs(), ids=lambda program: program.name)
def test_each_call_is_one_row_and_each_field_is_true(rows: dict[str, list[Row]], program: Program) -> None:
    wrong = differences(program, rows[program.name])
    assert {what: pair for what, pair in wrong.items() if what not in NOT_TOLD.get(program.name, ())} == {}


@pytest.mark.parametrize("seed", range(2))
def test_the_rows_are_the_same_in_whatever_order_and_pieces_they_arrive(
    rows: dict[str, list[Row]], tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    dice = random.Random(seed)
    marts = Marts(Warehouse.open(tmp_path_factory.mktemp("pieces")))
    sent = dice.sample(programs(), 12)
    spans = [row for program in sent for row in program.rows]
    spans += dice.sample(spans, len(spans) // 3)  # sent twice
    dice.shuffle(spans)
    for piece in range(6):
        marts.build(*spans[piece::6])
    found = rows_by_program(marts, sent)
    marts.close()
    for program in sent:
        assert [lasting(row) for row in found[program.name]] == [lasting(row) for row in rows[program.name]]


def lasting(row: Row) -> dict[str, Any]:
    return {column: value for column, value in row.items() if column not in OF_ARRIVAL}
