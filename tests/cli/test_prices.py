"""`spanmart prices`: the price list of the installed genai-prices."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]


def test_the_list_is_written_and_equals_the_seed_in_use(run: Run, tmp_path: Path) -> None:
    done = run("prices", "--output", "prices.csv")
    with (tmp_path / "prices.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert done.stdout.startswith(f"{len(rows)} prices of genai-prices ")
    assert {row["model"] for row in rows} >= {"gpt-4o-mini", "gpt-4o", "text-embedding-3-small"}
    seed = Path(__file__).parents[2] / "dbt_project" / "seeds" / "model_prices.csv"
    assert (tmp_path / "prices.csv").read_text() == seed.read_text()


def test_a_file_that_cannot_be_written_is_named(run: Run) -> None:
    done = run("prices", "--output", "no/such/folder.csv")
    assert done.returncode == 2
    assert "no/such/folder.csv cannot be written" in done.stderr
