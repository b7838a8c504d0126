"""The layers of the dbt project: what reads what, and where things lie."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from spanmart.warehouse.dbt.paths import dbt_project_dir
from spanmart.warehouse.dbt.runner import _PARSED
from spanmart.warehouse.queries.snapshot import MARTS_READ_HERE
from support.marts import MARTS, Marts

LAYERS = ("staging", "refresh", "dialects", "intermediate", "marts")
SCHEMAS = {
    "staging": "staging",
    "refresh": "refresh",
    "dialects": "intermediate",
    "intermediate": "intermediate",
}
# What the product asks for itself is nobody's contract.
OWN = {"call_measures": "intermediate", "cost_lines": "intermediate", "refresh_state": "refresh"}
# Late feedback is on calls that may be in the marts already.
BACK = {("interaction_texts", "int_edited_texts"), ("interactions", "int_feedback_by_call")}
LONGEST_PATH = 24
MOST_FILES = {"models": 14, "macros": 12}

Nodes = dict[str, Any]


@pytest.fixture(scope="module")
def manifest(module_marts: Marts) -> Any:
    dbt = module_marts.refresher._dbt
    dbt.parse()
    return _PARSED[dbt.fingerprint]


@pytest.fixture(scope="module")
def models(manifest: Any) -> Nodes:
    return {key: node for key, node in manifest.nodes.items() if str(node.resource_type) == "model"}


def layer(node: Any) -> str:
    return str(node.fqn[1])


def edges(models: Nodes) -> Iterator[tuple[Any, Any]]:
    """Each model that is read, with the one that reads it."""
    for node in models.values():
        yield from ((models[key], node) for key in node.depends_on.nodes if key in models)


def test_every_model_lies_in_a_layer_and_in_its_schema(models: Nodes) -> None:
    expected = {node.name: OWN.get(node.name, SCHEMAS.get(layer(node), "main")) for node in models.values()}
    assert {node.name: node.schema for node in models.values()} == expected
    assert {layer(node) for node in models.values()} == set(LAYERS)


def test_names_say_the_layer(models: Nodes) -> None:
    prefixes = {"staging": "stg_", "dialects": "int_", "intermediate": "int_"}
    for node in models.values():
        prefix = prefixes.get(layer(node))
        assert node.name.startswith(prefix) if prefix else not node.name.startswith(("stg_", "int_"))


def test_staging_alone_reads_sources(models: Nodes) -> None:
    readers = {
        node.name
        for node in models.values()
        if any(key.startswith("source.") for key in node.depends_on.nodes)
    }
    staging = {node.name for node in models.values() if layer(node) == "staging"}
    # Feedback is among the log events that staging renamed.
    assert readers == staging - {"stg_feedback"}


def test_each_layer_reads_those_before_it(models: Nodes) -> None:
    back = {
        (read.name, reader.name)
        for read, reader in edges(models)
        if LAYERS.index(layer(read)) > LAYERS.index(layer(reader))
    }
    assert back == BACK


def test_no_path_grows_longer(models: Nodes) -> None:
    @cache
    def length(key: str) -> int:
        return 1 + max((length(read) for read in models[key].depends_on.nodes if read in models), default=0)

    assert max(length(key) for key in models) <= LONGEST_PATH


@pytest.mark.parametrize("folder", ["models", "macros"])
def test_no_folder_is_crowded(folder: str) -> None:
    files = (path for path in (dbt_project_dir() / folder).rglob("*") if path.suffix in (".sql", ".py"))
    counts = Counter(path.parent.relative_to(dbt_project_dir()) for path in files)
    assert {place: count for place, count in counts.items() if count > MOST_FILES[folder]} == {}
    assert Path(folder) not in counts


def test_a_refresh_is_finished_only_with_every_mart(models: Nodes) -> None:
    by_name = {node.name: key for key, node in models.items()}
    before, waiting = set(), [by_name["refresh_state"]]
    while waiting:
        read = {key for key in models[waiting.pop()].depends_on.nodes if key in models} - before
        before |= read
        waiting.extend(read)
    marts = {key for key, node in models.items() if layer(node) == "marts"}
    assert marts - before == {by_name["refresh_state"]}


def test_the_tests_know_every_mart(models: Nodes) -> None:
    assert sorted(node.name for node in models.values() if node.schema == "main") == list(MARTS)


def test_an_exposure_names_every_mart_that_the_reports_read(manifest: Any, models: Nodes) -> None:
    exposed = {
        models[key].name for exposure in manifest.exposures.values() for key in exposure.depends_on.nodes
    }
    assert exposed == set(MARTS_READ_HERE)
