"""Whatever arrives, in any order and however often: refreshed step by step or anew, the marts are equal.

Some rounds run with every test; `SPANMART_INCREMENTAL_ROUNDS=200 pytest tests/marts/test_incremental.py` runs
as many as one likes.
"""

import os
import random
from collections.abc import Callable

import pytest

from support.marts import Marts
from support.random_arrivals import (
    some_feedback,
    some_message,
    some_prices,
    some_retrieval,
    some_span,
    some_twins,
)

ROUNDS = int(os.environ.get("SPANMART_INCREMENTAL_ROUNDS", "3"))


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_step_by_step_equals_anew(open_marts: Callable[..., Marts], seed: int) -> None:
    dice = random.Random(seed)
    # Now one refresh for all that waits, now one for every commit or two.
    marts = open_marts(rows_per_refresh=dice.choice([6, 1000, 1000]))
    for _ in range(4):
        for _ in range(dice.randrange(1, 4)):
            rows = [some_span(dice, 12) for _ in range(dice.randrange(6))]
            rows += [row for _ in range(dice.randrange(3)) for row in some_twins(dice, 4)]
            rows += [some_message(dice, 14) for _ in range(dice.randrange(4))]
            rows += [some_retrieval(dice, 14) for _ in range(dice.randrange(3))]
            rows += [some_feedback(dice, 14) for _ in range(dice.randrange(4))]
            rows += [
                some_feedback(dice, 4, first=dice.choice([40, 60, 80])) for _ in range(dice.randrange(3))
            ]
            marts.land(*rows)
        if dice.random() < 0.4:
            marts.write_prices(some_prices(dice))
        marts.refresher.refresh()
    stepwise = marts.contents()

    marts.refresher.refresh(full=True)
    anew = marts.contents()

    assert anew["interactions"]
    for table, rows in anew.items():
        assert stepwise[table] == rows, table
