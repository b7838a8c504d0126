{{ config(pre_hook="{{ delete_repeated_commits() }}") }}

select
    batches.ingest_seq,
    batches.source,
    batches.received,
    batches.stored,
    batches.rejected,
    batches.received = batches.stored + batches.rejected as is_accounted_for,
    set_aside.set_aside_because,
    batches.bytes,
    batches.committed_at

from {{ ref('stg_batches') }} as batches
inner join {{ ref('refresh_window') }} as refresh_window
    on batches.ingest_seq > refresh_window.from_seq and batches.ingest_seq <= refresh_window.upto_seq
left join {{ ref('stg_set_aside') }} as set_aside on batches.ingest_seq = set_aside.ingest_seq
