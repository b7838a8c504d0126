"""`spanmart prices`: what is in force, and what an update would change before it does."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spanmart.warehouse import Warehouse
from support.marts import Marts
from support.running import RunningSpanmart
from support.spans import span

Run = Callable[..., Any]

DRAFT = """
[[discount]]
provider = "openai"
percent = 10

[[model]]
provider = "openai"
model = "in-house"
input_mtok = 0.5
"""
IN_HOUSE = {"gen_ai.response.model": "in-house"}
CHANGES = """\
PROVIDER  MODEL        PRICE                    FOR       OLD     NEW
openai    gpt-4o-mini  cache_read_mtok          always  0.075  0.0675
openai    gpt-4o-mini  code_executions_kcount   always     30      27
openai    gpt-4o-mini  input_mtok               always   0.15   0.135
openai    gpt-4o-mini  output_mtok              always    0.6    0.54
openai    gpt-4o-mini  storage_searches_kcount  always    2.5    2.25
openai    gpt-4o-mini  web_searches_kcount      always     10       9
openai    in-house     input_mtok               always      -     0.5
"""
CALLS = """\
PROVIDER  MODEL                   CALLS  OLD COST  NEW COST  DIFFERENCE
openai    in-house                    1         -  0.000500   +0.000500
openai    gpt-4o-mini-2024-07-18      2  0.000420  0.000378   -0.000042
all                                   3  0.000420  0.000878   +0.000458
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with three calls in its marts, and a draft of own prices beside it."""
    marts = Marts(Warehouse.open(tmp_path / "data"))
    marts.build(span(1), span(2), span(3, attributes=IN_HOUSE))
    marts.close()
    (tmp_path / "draft.toml").write_text(DRAFT)
    return tmp_path / "data"


def test_diff_shows_prices_and_calls_that_a_draft_would_change_and_changes_nothing(
    run: Run, data: Path
) -> None:
    done = run("prices", "diff", "--data", str(data), "--prices-file", "draft.toml")
    assert done.stdout.startswith(CHANGES), done.stdout + done.stderr
    assert CALLS in done.stdout
    assert "prices that no call in the marts has would change too" in done.stdout
    again = run("prices", "diff", "--data", str(data))
    assert again.stdout == "Nothing would change.\n"


def test_diff_as_json_has_everything(run: Run, data: Path) -> None:
    done = run("prices", "diff", "--data", str(data), "--prices-file", "draft.toml", "--json")
    told = json.loads(done.stdout)
    assert len(told["called_prices"]) == len(CHANGES.splitlines()) - 1
    assert {price["provider"] for price in told["other_prices"]} == {"openai"}
    assert told["calls"][0] == {
        "provider": "openai",
        "model_used": "in-house",
        "calls": 1,
        "old_usd": None,
        "new_usd": "0.000500000000000000000000",
    }


def test_it_works_beside_a_running_up_and_a_saved_file_is_put_into_force(
    run: Run, data: Path, up: Callable[..., RunningSpanmart]
) -> None:
    running = up()
    done = run("prices", "diff", "--data", str(data), "--prices-file", "draft.toml")
    assert done.stdout.startswith(CHANGES), done.stdout + done.stderr
    assert CALLS in done.stdout

    (data / "prices.toml").write_text(DRAFT)
    running.wait_until(lambda: len(lists_of(run, data)) == 2, "the second list")
    shown = run("prices", "show", "--data", str(data))
    assert "prices: 1, discounts: 1" in shown.stdout.splitlines()[1]
    assert "is in force" in shown.stdout.splitlines()[-1]


def lists_of(run: Run, data: Path) -> list[Any]:
    return json.loads(run("prices", "show", "--data", str(data), "--json").stdout)["lists"]


def test_show_tells_that_an_update_waits(run: Run, data: Path) -> None:
    (data / "prices.toml").write_text(DRAFT)
    lines = run("prices", "show", "--data", str(data)).stdout.splitlines()
    assert lines[1].split()[:4] == ["1", "the", "beginning", "0.2.3"]
    assert "waits: see `spanmart prices diff`" in lines[-1]


def test_build_puts_it_into_force(run: Run, data: Path) -> None:
    built = run("build", "--data", str(data), "--prices-file", "draft.toml")
    assert "brought up to date" in built.stdout, built.stderr
    done = run("prices", "diff", "--data", str(data), SPANMART_PRICES_FILE="draft.toml")
    assert done.stdout == "Nothing would change.\n"


@pytest.mark.parametrize("command", [["build"], ["up"], ["export"], ["prices", "show"], ["prices", "diff"]])
def test_a_wrong_file_is_named_and_nothing_is_started(run: Run, data: Path, command: list[str]) -> None:
    (data / "prices.toml").write_text(DRAFT.replace("10", "ten"))
    done = run(*command, "--data", str(data))
    assert done.returncode == 2
    assert "prices.toml is not TOML" in done.stderr


def test_a_folder_that_never_had_prices_says_when_it_will(run: Run, tmp_path: Path) -> None:
    Warehouse.open(tmp_path / "new").close()
    done = run("prices", "diff", "--data", "new")
    assert done.returncode == 2
    assert "No price list is in force yet" in done.stderr
    missing = run("prices", "show", "--data", "nowhere")
    assert "There is no folder" in missing.stderr
    assert not (tmp_path / "nowhere").exists()


def test_export_writes_the_list_with_the_own_prices_in_it(run: Run, data: Path, tmp_path: Path) -> None:
    (data / "prices.toml").write_text(DRAFT)
    run("prices", "export", "--data", str(data), "--output", "prices.csv")
    with (tmp_path / "prices.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["model"] for row in rows} >= {"gpt-4o-mini", "text-embedding-3-small", "in-house"}
    rates = {row["usage_key"]: row["usd_per_unit"] for row in rows if row["model"] == "in-house"}
    assert rates == {"input_tokens": "0.0000005"}


def test_a_file_that_cannot_be_written_is_named(run: Run) -> None:
    done = run("prices", "export", "--output", "no/such/folder.csv")
    assert done.returncode == 1
    assert "no/such/folder.csv" in done.stderr
