"""More of the same for a warehouse that is built: new calls, and feedback on calls of any age."""

import pyarrow as pa

from spanmart.warehouse import Batch, Warehouse
from spanmart.warehouse.batch import LOG_EVENTS, SPANS

_ROWS_A_REQUEST = 500

# The newest calls once more: under new ids, and an hour later.
NEW_CALLS = """
select * exclude (ingest_seq, ingested_at) replace (
    replace(uuid()::varchar, '-', '') as trace_id,
    start_time_unix_nano + 3_600_000_000_000 as start_time_unix_nano,
    end_time_unix_nano + 3_600_000_000_000 as end_time_unix_nano
)
from landing.raw.spans order by rowid desc limit $rows
"""

LATE_FEEDBACK = """
select
    epoch_us(now()) * 1000 as time_unix_nano,
    trace_id,
    span_id,
    'gen_ai.evaluation.result' as event_name,
    'INFO' as severity,
    null as body,
    map {
        'gen_ai.evaluation.name': 'user_feedback',
        'gen_ai.evaluation.score.label': 'accepted',
        'gen_ai.evaluation.score.value': '80.0'
    } as attributes,
    map {'service.name': service_name} as resource_attributes
from marts.interactions using sample $rows
"""


def land_new_calls(warehouse: Warehouse, calls: int) -> None:
    """Land so many new calls, as many a commit as an exporter sends."""
    table = _fetched(warehouse, NEW_CALLS, calls)
    _land(
        warehouse,
        [Batch("otlp_http", rows, None, len(rows), 0, rows.nbytes) for rows in _parts(table, SPANS)],
    )


def land_late_feedback(warehouse: Warehouse, events: int) -> None:
    """Land a judgement on each of so many calls, chosen from all that there are."""
    table = _fetched(warehouse, LATE_FEEDBACK, events)
    _land(
        warehouse,
        [Batch("otlp_http", None, rows, len(rows), 0, rows.nbytes) for rows in _parts(table, LOG_EVENTS)],
    )


def _fetched(warehouse: Warehouse, statement: str, rows: int) -> pa.Table:
    with warehouse.cursor() as cursor:
        return cursor.execute(statement.replace("$rows", str(rows))).fetch_arrow_table()


def _parts(table: pa.Table, schema: pa.Schema) -> list[pa.Table]:
    typed = table.select(schema.names).cast(schema)
    return [typed.slice(start, _ROWS_A_REQUEST) for start in range(0, len(typed), _ROWS_A_REQUEST)]


def _land(warehouse: Warehouse, batches: list[Batch]) -> None:
    for acknowledged in [warehouse.landing.submit(batch) for batch in batches]:
        acknowledged.result()
