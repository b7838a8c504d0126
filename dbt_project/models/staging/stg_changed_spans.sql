{{ config(materialized='replaced') }}
{%- set interactions = built('interactions') %}
{%- set refresh_window = ref('stg_refresh_window') %}

-- Keys only: the wide rows are read once, later, by position in the ledger.
with newest as (

    select
        spans.trace_id,
        spans.span_id,
        max(spans.ledger_row) as ledger_row
    from {{ ref('stg_spans') }} as spans
    where spans.ingest_seq in (select ingest_seq from {{ ref('stg_refresh_batches') }})
    group by spans.trace_id, spans.span_id

),

recognised as (

    select
        newest.trace_id || '-' || newest.span_id as interaction_id,
        newest.trace_id,
        newest.span_id,
        newest.ledger_row,
        {{ dialect() }} as dialect
    from newest
    inner join {{ ref('stg_spans') }} as spans using (ledger_row)

)

select
    recognised.interaction_id,
    recognised.trace_id,
    recognised.span_id,
    recognised.ledger_row,
    recognised.dialect,
    {% if interactions %}
    -- After a broken run some marts hold the new rows already and others do not.
    (select is_retry from {{ refresh_window }})
    or recognised.interaction_id in (select interaction_id from {{ interactions }}) as is_known
    {% else %}
    false as is_known
    {% endif %}

from recognised
