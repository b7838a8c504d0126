"""Whatever a row of the marts holds, pages, lists and exports are answered, and other rows are as ever."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pyarrow.parquet as pq
import pytest
from flask.testing import FlaskClient

from spanmart.web.dashboard.views import VIEWS
from support.hostile_rows import FAILED, JSON, KINDS, MOMENTS, ODD, hostile_marts, move
from support.marts import Marts

API = "/api/ai-interactions"
DASHBOARD = "/admin-dashboard?tab=ai-insights"
EVERYTHING = (
    *(f"{DASHBOARD}&view={view}" for view in VIEWS),
    *(f"{DASHBOARD}&view={view}&time_zone=Europe/Berlin&start_date=2026-11-01" for view in VIEWS),
    f"{DASHBOARD}&view=log&limit=500&columns=interaction_id,metadata,input_variables,missing_variables,tokens_used",
    f"{DASHBOARD}&view=log&q=word",
    *(
        f"{DASHBOARD}&view=log&sort={sort}"
        for sort in ("created_at", "-created_at", "-tokens_used", "-quality_score")
    ),
    *(
        f"{DASHBOARD}&view=log&sort={sort}"
        for sort in ("processing_time_ms", "-estimated_cost_usd", "-updated_at")
    ),
    *(f"{DASHBOARD}&view=sessions&order={order}" for order in ("newest", "calls", "cost", "duration")),
    *(f"{API}{path}" for path in ("?limit=500", "?q=word", "/metrics", "/failures", "/data-quality-issues")),
    f"{API}/failures?limit=500",
    *(f"{API}/export?format={format}" for format in ("csv", "json", "parquet")),
)
# What asks for times, or shows them.
BY_TIME = [path for path in EVERYTHING if "q=" not in path and "=Europe/" not in path]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marts]:
    with hostile_marts(tmp_path_factory.mktemp("hostile")) as marts:
        yield marts


@pytest.fixture
def client(hostile: Marts) -> FlaskClient:
    return hostile.app().test_client()


def strict(text: str) -> Any:
    """What a reader makes of it that knows JSON and nothing else."""
    return json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))


def get(client: FlaskClient, path: str) -> bytes:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.get_data()[:1000])
    if answer.is_json:
        strict(answer.get_data(as_text=True))
    return answer.get_data()


@pytest.mark.parametrize("path", EVERYTHING)
def test_whatever_is_in_a_row_everything_is_answered(client: FlaskClient, path: str) -> None:
    assert get(client, path)


@pytest.mark.parametrize("name", KINDS)
def test_whatever_is_in_a_row_its_own_pages_are_answered(client: FlaskClient, name: str) -> None:
    for call in (ODD[name], FAILED[name]):
        assert get(client, f"/admin-dashboard/interactions/{call.id}")
        assert strict(get(client, f"{API}/{call.id}").decode())["interaction_id"] == call.id
        assert get(client, f"{DASHBOARD}&view=sessions&session_id={call.session_id}")


def test_an_odd_value_in_json_costs_itself_in_api_and_exports(client: FlaskClient) -> None:
    right = {"a": None, "c": 1}
    csv.field_size_limit(2**24)
    of_api = strict(get(client, f"{API}/{ODD['many digits'].id}").decode())
    of_json = {
        each["interaction_id"]: each for each in strict(get(client, f"{API}/export?format=json").decode())
    }
    rows = csv.DictReader(io.StringIO(get(client, f"{API}/export?format=csv").decode()))
    of_csv = {each["interaction_id"]: each for each in rows}
    table = pq.read_table(io.BytesIO(get(client, f"{API}/export?format=parquet")))
    of_parquet = {each["interaction_id"]: each for each in table.to_pylist()}
    for column in ("metadata", "input_variables", "input_messages", "structured_output"):
        assert of_api[column] == right
        assert of_json[ODD["many digits"].id][column] == right
        for name in JSON:
            api = strict(get(client, f"{API}/{ODD[name].id}").decode())[column]
            for exported in (of_csv, of_parquet):
                assert strict(exported[ODD[name].id][column] or "null") == api
            assert of_json[ODD[name].id][column] == api


@pytest.mark.parametrize("name", MOMENTS)
def test_whenever_a_call_was_everything_is_answered(hostile: Marts, client: FlaskClient, name: str) -> None:
    for call in (ODD["nulls"], FAILED["nulls"]):
        move(hostile.warehouse, call, MOMENTS[name])
    for path in (*BY_TIME, f"/admin-dashboard/interactions/{ODD['nulls'].id}", f"{API}/{ODD['nulls'].id}"):
        assert get(client, path)
