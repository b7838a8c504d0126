"""One warehouse for tests: what is landed in it, and what the marts make of that."""

import os
from typing import Any

import flask
import pyarrow as pa

from spanmart.warehouse import Batch, Refresher, Tokens, Users, Warehouse
from spanmart.warehouse.dbt.paths import dbt_project_dir
from spanmart.warehouse.storage.batch import LOG_EVENTS, SPANS
from spanmart.web import Site, create_app
from support.calls import Call
from support.spans import Row, interaction_id

# What the product asks for itself has a schema of its own.
MARTS = tuple(
    sorted(
        path.stem
        for path in (dbt_project_dir() / "models" / "marts").rglob("*.sql")
        if "schema=" not in path.read_text(encoding="utf-8")
    )
)
# Not a mart, but what the refreshes carry on from one to the next.
STATES = ("intermediate.int_feedback", "intermediate.int_feedback_by_call", "intermediate.int_call_aliases")
INTERACTION = (
    "select * from interactions join interaction_texts using (interaction_id) where interaction_id = ?"
)

Calls = dict[tuple[str, str], Row]


class Marts:
    """One warehouse, its refresher, run by hand, and the web application over both."""

    def __init__(self, warehouse: Warehouse, **options: int) -> None:
        self.warehouse = warehouse
        self.refresher = Refresher(warehouse, **options)

    def app(
        self, site: Site | None = None, *, tokens: Tokens | None = None, users: Users | None = None
    ) -> flask.Flask:
        """The web application."""
        return create_app(self.warehouse, self.refresher, site, tokens=tokens, users=users)

    def land(self, *arriving: Row | Call) -> int:
        """One commit of spans, calls and feedback; returns its ingest_seq."""
        rows = [each.as_span() if isinstance(each, Call) else each for each in arriving]
        spans = [row for row in rows if "scope_name" in row]
        events = [row for row in rows if "event_name" in row]
        batch = Batch(
            source="test",
            spans=pa.Table.from_pylist(spans, schema=SPANS) if spans else None,
            log_events=pa.Table.from_pylist(events, schema=LOG_EVENTS) if events else None,
            received=len(rows),
            rejected=0,
            bytes=1000,
        )
        return self.warehouse.landing.submit(batch).result(timeout=60)

    def build(self, *arriving: Row | Call) -> None:
        """Land them in one commit, and refresh."""
        if arriving:
            self.land(*arriving)
        self.refresher.refresh()

    def write_prices(self, text: str) -> None:
        """Save the folder's own prices, as an editor would; no two files have the same time."""
        path = self.warehouse.folder / "prices.toml"
        before = path.stat().st_mtime_ns if path.exists() else 0
        path.write_text(text)
        os.utime(path, ns=(before + 1_000_000, before + 1_000_000))

    def query(self, statement: str, *parameters: Any) -> list[Row]:
        """Rows as dictionaries."""
        with self.warehouse.cursor() as cursor:
            result = cursor.execute(statement, parameters)
            names = [column[0] for column in result.description]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def interaction(self, number: int = 1) -> Row:
        """The call's row of `interactions`, with its texts."""
        [row] = self.query(INTERACTION, interaction_id(number))
        return row

    def contents(self) -> dict[str, list[str]]:
        """Every row of every mart, in an order that does not depend on where it is stored."""
        return {
            table: sorted(repr(row) for row in self.query(f"select * from {table}"))
            for table in (*MARTS, *STATES)
        }

    def close(self) -> None:
        self.warehouse.close()
