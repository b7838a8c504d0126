"""Commits without which the marts are built, because no model could be built with them."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from spanmart.warehouse.storage.database import Warehouse

PUT = "insert into landing.raw.set_aside values ($1, $2, $3, $4)"
TAKE_BACK = "delete from landing.raw.set_aside where ingest_seq = $1"
FORGET = "delete from landing.raw.set_aside where project_fingerprint <> $1"
# Of what retention has taken since there is nothing left to read.
PRESENT = """
select ingest_seq, count(*) as rows, any_value(error) as error
from landing.raw.set_aside
join (
    select ingest_seq from landing.raw.spans
    union all by name
    select ingest_seq from landing.raw.log_events
) using (ingest_seq)
group by ingest_seq
order by ingest_seq
"""


class SetAside:
    """The table `raw.set_aside`, which outlives the process and a rebuild."""

    def __init__(self, warehouse: "Warehouse") -> None:
        self._warehouse = warehouse

    def put(self, ingest_seq: int, project: str, error: str) -> None:
        """Leave the commit out from the next refresh on."""
        self._write(PUT, [ingest_seq, datetime.now(UTC).replace(tzinfo=None), project, error])

    def take_back(self, ingest_seq: int) -> None:
        """Build with the commit again."""
        self._write(TAKE_BACK, [ingest_seq])

    def forget_others(self, project: str) -> None:
        """Try again what models of another version could not be built with."""
        self._write(FORGET, [project])

    def count(self) -> int:
        with self._warehouse.cursor() as cursor:
            return len(cursor.execute(PRESENT).fetchall())

    def _write(self, statement: str, parameters: list[object]) -> None:
        def write(connection: duckdb.DuckDBPyConnection) -> None:
            connection.execute(statement, parameters)

        self._warehouse.landing.run(write).result()
