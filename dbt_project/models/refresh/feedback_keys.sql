{{
    config(
        materialized='incremental',
        pre_hook="{{ delete_repeated_commits() }}",
    )
}}

-- Which spans somebody judged, and in which commits: a call's own, or another that tells of a call.
with judged as (

    select
        *,
        interaction_id[:32] as trace_id,
        interaction_id[34:] as span_id
    from {{ ref('stg_feedback') }}
    where ingest_seq in (select ingest_seq from {{ ref('refresh_batches') }})

)

select distinct
    hash(trace_id) as trace_key,
    {{ span_key('span_id') }} as span_key,
    {{ interaction_key() }} as interaction_key,
    ingest_seq,
    ingested_at

from judged
