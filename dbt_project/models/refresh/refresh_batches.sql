-- Joined by equality: DuckDB then skips every part of the ledger that holds other numbers.
select batches.*

from {{ ref('stg_batches') }} as batches
inner join {{ ref('refresh_window') }} as refresh_window
    on batches.ingest_seq > refresh_window.from_seq and batches.ingest_seq <= refresh_window.upto_seq
where batches.ingest_seq not in (select ingest_seq from {{ ref('stg_set_aside') }})
