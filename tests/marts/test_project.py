"""The dbt project as a contract: documented, typed, and passing its own tests over real rows."""

import random

import pytest

from spanmart.warehouse.dbt.runner import _PARSED, NodeResult
from support.marts import Marts
from support.random_arrivals import some_feedback, some_message, some_span


@pytest.fixture(scope="module")
def results(module_marts: Marts) -> list[NodeResult]:
    dice = random.Random(0)
    module_marts.build(
        *(some_span(dice, 60) for _ in range(80)),
        *(some_message(dice, 60) for _ in range(30)),
        *(some_feedback(dice, 60) for _ in range(30)),
    )
    return module_marts.refresher._dbt.test()


def test_the_projects_own_tests_pass_over_all_kinds_of_rows(results: list[NodeResult]) -> None:
    assert {result.kind for result in results} == {"test", "unit_test"}
    assert [(result.name, result.message) for result in results if not result.passed] == []


def test_a_failing_test_is_a_result_that_says_so(module_marts: Marts, results: list[NodeResult]) -> None:
    with module_marts.warehouse.cursor() as cursor:
        cursor.execute("insert into interaction_texts (interaction_id) values ('of no call')")
        try:
            broken = [result for result in module_marts.refresher._dbt.test() if not result.passed]
        finally:
            cursor.execute("delete from interaction_texts where interaction_id = 'of no call'")
    assert [result.name for result in broken] == [
        "relationships_interaction_texts_interaction_id__interaction_id__ref_interactions_"
    ]


def test_every_model_is_described_and_so_is_each_column_where_it_is_made(
    module_marts: Marts, results: list[NodeResult]
) -> None:
    manifest = _PARSED[module_marts.refresher._dbt.fingerprint]
    models = [node for node in manifest.nodes.values() if str(node.resource_type) in ("model", "seed")]
    described = {
        (node.schema, node.name, column.name)
        for node in models
        for column in node.columns.values()
        if column.description
    }
    built = module_marts.query(
        "select schema_name, table_name, column_name from duckdb_columns()"
        " where database_name in ('marts', 'scratch')"
        " and schema_name in ('main', 'staging', 'refresh', 'intermediate')"
    )
    found = {tuple(row.values()) for row in built}
    assert described <= found
    # What every dialect has is described where the dialects meet.
    common = {name for _, model, name in described if model in ("int_calls_described", "int_calls_parsed")}
    missing = found - described
    assert {model for _, model, _ in missing if not model.startswith("int_calls_")} == set()
    assert {name for _, _, name in missing} <= common
    assert [node.name for node in models if not node.description] == []
    assert [node.name for node in models if node.schema == "main" and not node.contract.enforced] == []
