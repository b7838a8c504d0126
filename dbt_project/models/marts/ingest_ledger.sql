{{ config(pre_hook="{{ delete_this_window() }}") }}

select
    ingest_seq,
    source,
    received,
    stored,
    rejected,
    received = stored + rejected as is_accounted_for,
    bytes,
    committed_at

from {{ ref('stg_refresh_batches') }}
