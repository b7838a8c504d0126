"""More of the same for a warehouse that is built: new calls, and feedback on calls of any age."""

import pyarrow as pa

from spanmart.warehouse import Batch, Warehouse
from spanmart.warehouse.storage.batch import LOG_EVENTS, SPANS

_ROWS_A_REQUEST = 500

# The newest calls once more, under new ids: they fill the next day, however many a day has had.
NEW_CALLS = """
with newest as (
    select * from landing.raw.spans order by rowid desc limit $rows
),
days as (
    select 86_400_000_000_000 as day_ns, max(start_time_unix_nano) // day_ns + 1 as next_day from newest
),
moved as (
    select
        newest.*,
        (next_day * day_ns + day_ns // $rows * (row_number() over () - 1))::ubigint as started,
        started + (end_time_unix_nano - start_time_unix_nano) as ended
    from newest cross join days
)
select
    * exclude (ingest_seq, ingested_at, started, ended) replace (
        replace(uuid()::varchar, '-', '') as trace_id,
        started as start_time_unix_nano,
        ended as end_time_unix_nano
    )
from moved
"""

# On calls of any age; of one in thirty the user kept another text.
LATE_FEEDBACK = """
select
    epoch_us(now()) * 1000 as time_unix_nano,
    trace_id,
    span_id,
    'gen_ai.evaluation.result' as event_name,
    'INFO' as severity,
    null as body,
    map_from_entries([attribute for attribute in [
        {'k': 'gen_ai.evaluation.name', 'v': 'user_feedback'},
        {'k': 'gen_ai.evaluation.score.label', 'v': 'modified'},
        {'k': 'gen_ai.evaluation.score.value', 'v': '80.0'},
        {'k': 'spanmart.feedback.final_text', 'v': if(interaction_key % 30 = 0, prompt_preview, null)}
    ] if attribute.v is not null]) as attributes,
    map {'service.name': service_name} as resource_attributes
from (select * from marts.interactions using sample $rows)
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
