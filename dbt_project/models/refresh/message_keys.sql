{{
    config(
        materialized='incremental',
        pre_hook="{{ delete_repeated_commits() }}",
    )
}}

-- Which spans have messages that arrived as log events, or an answer that a later call retrieved, and in which commits:
-- before their span, with it or after it.
with told as (

    select
        trace_id,
        span_id,
        ingest_seq,
        ingested_at
    from {{ ref('stg_log_events') }}
    where ingest_seq in (select ingest_seq from {{ ref('refresh_batches') }}) and {{ is_message_event() }}

    union all

    select
        attributes['spanmart.interaction.id'][:32],
        attributes['spanmart.interaction.id'][34:],
        ingest_seq,
        ingested_at
    from {{ ref('stg_spans') }}
    where ingest_seq in (select ingest_seq from {{ ref('refresh_batches') }}) and {{ retrieves_answer() }}

)

select distinct
    hash(trace_id) as trace_key,
    {{ span_key('span_id') }} as span_key,
    ingest_seq,
    ingested_at

from told
