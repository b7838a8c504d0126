"""Whatever is odd in a span, each refresh succeeds, the calls beside it are as ever, and every page answers.

Some mutations run with every test; `make mutate` runs 20,000, and as many and which ones one likes with
`make mutate MUTATIONS=500 SEED=7`.
"""

import json
import os
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

import pytest
from flask.testing import FlaskClient

from spanmart.web.app import create_app
from spanmart.web.dashboard.views import VIEWS
from support.dialects import DIALECTS
from support.marts import Marts
from support.mutations import Mutation, mutations
from support.spans import Row, interaction_id, numbered, span

MUTATIONS = int(os.environ.get("SPANMART_MUTATIONS", "120"))
SEED = int(os.environ.get("SPANMART_MUTATION_SEED", "0"))
A_REFRESH = 120
NEIGHBOURS = [*DIALECTS.values(), span]
API = "/api/ai-interactions"
# What tells one neighbour from the same of another refresh.
OF_ITS_OWN = {
    "interaction_id", "interaction_key", "trace_id", "span_id", "ingest_seq", "ingested_at", "updated_at",
    "created_at", "day", "hour",
}  # fmt: skip


def beside(first: int) -> list[Row]:
    """A sound call of each dialect, in a service of their own: within one, spans may tell of one call."""
    return [
        numbered(make(1), first + place) | {"service_name": "beside"} for place, make in enumerate(NEIGHBOURS)
    ]


def land(marts: Marts, mutated: Sequence[Mutation], first: int) -> dict[int, Mutation]:
    """A commit for each mutation, and one of its neighbours amid them; says which commit is which."""
    commits = {}
    for place, mutation in enumerate(mutated):
        commits[marts.land(numbered(mutation.row, first + len(NEIGHBOURS) + place))] = mutation
        if place == len(mutated) // 2:
            marts.land(*beside(first))
    return commits


def neighbours(marts: Marts, first: int) -> list[dict[str, Any]]:
    rows = [marts.interaction(first + place) for place in range(len(NEIGHBOURS))]
    return [{key: value for key, value in row.items() if key not in OF_ITS_OWN} for row in rows]


def paths(first: int, last: int) -> list[str]:
    details = [
        f"{base}/{interaction_id(number)}" for number in range(first, last) for base in ("/interactions", API)
    ]
    views = [f"/admin-dashboard?view={view}{period}" for view in VIEWS for period in ("", "&period=all")]
    lists = [f"{API}?limit=100", f"{API}/metrics", f"{API}/failures"]
    exports = [
        f"{API}/export?format={kind}&texts={texts}" for kind in ("csv", "json", "parquet") for texts in (0, 1)
    ]
    return [*details, *views, *lists, *exports]


def broken(client: FlaskClient, asked: Sequence[str]) -> list[str]:
    """What is answered with an error of ours, or with JSON that nobody reads."""
    wrong = []
    for path in asked:
        answer = client.get(path)
        if answer.status_code >= 500 or (answer.is_json and not _is_sound(answer.get_data(as_text=True))):
            wrong.append(f"{path}: {answer.status_code}")
    return wrong


def named(path: str, mutated: Sequence[Mutation], first: int) -> str:
    """What was done to the call of a detail's path."""
    place = (
        int(path.partition(":")[0].rpartition("-")[2], 16) - first - len(NEIGHBOURS) if "-000" in path else -1
    )
    return str(mutated[place]) if place >= 0 else ""


def _is_sound(text: str) -> bool:
    try:
        json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def set_aside(marts: Marts, commits: dict[int, Mutation]) -> list[str]:
    rows = marts.query("select ingest_seq, error from landing.raw.set_aside")
    return [
        f"{commits[row['ingest_seq']]}: {row['error'][:400]}" for row in rows if row["ingest_seq"] in commits
    ]


@pytest.mark.parametrize("start", range(0, MUTATIONS, A_REFRESH))
def test_no_mutation_costs_more_than_its_own_row(open_marts: Callable[..., Marts], start: int) -> None:
    marts = open_marts()
    marts.build(*beside(0))
    expected = neighbours(marts, 0)
    client = create_app(marts.warehouse, marts.refresher).test_client()
    first = len(NEIGHBOURS)
    mutated = list(islice(mutations(SEED + start), min(A_REFRESH, MUTATIONS - start)))

    commits = land(marts, mutated, first)
    marts.refresher.refresh()

    assert set_aside(marts, commits) == []
    assert neighbours(marts, 0) == expected
    assert neighbours(marts, first) == expected
    wrong = broken(client, paths(first, first + len(NEIGHBOURS) + len(mutated)))
    assert [(path, named(path, mutated, first)) for path in wrong] == []
    stepwise = marts.contents()
    marts.refresher.refresh(full=True)
    for table, rows in marts.contents().items():
        assert rows == stepwise[table], table
