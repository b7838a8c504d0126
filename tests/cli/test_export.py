"""`spanmart export`: the API's export, without a server."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest

from support.running import PATIENCE_S, RunningSpanmart

Run = Callable[..., Any]


@pytest.fixture
def two_calls(up: Callable[..., RunningSpanmart]) -> dict[str, str]:
    """A folder with an outline and a title, landed and not yet in any mart; type → interaction id."""
    spanmart = up("--refresh-seconds", "3600")
    kinds = ("outline_generation", "title_generation")
    sent = {kind: spanmart.send_call(**{"spanmart.interaction.type": kind}) for kind in kinds}
    spanmart.process.terminate()
    spanmart.process.wait(PATIENCE_S)
    return sent


def test_all_that_has_landed_is_exported_in_each_format(
    run: Run, two_calls: dict[str, str], tmp_path: Path
) -> None:
    as_csv = csv.DictReader(io.StringIO(run("export", "--data", "data").stdout))
    as_json = json.loads(run("export", "--data", "data", "--format", "json").stdout)
    run("export", "--data", "data", "--format", "parquet", "--output", "all.parquet")
    as_parquet = parquet.read_table(tmp_path / "all.parquet").to_pylist()
    for rows in (as_csv, as_json, as_parquet):
        assert sorted(row["interaction_id"] for row in rows) == sorted(two_calls.values())


def test_a_filter_is_that_of_the_api(run: Run, two_calls: dict[str, str]) -> None:
    done = run("export", "--data", "data", "--interaction-type", "title_generation")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["interaction_id"] for row in rows] == [two_calls["title_generation"]]
