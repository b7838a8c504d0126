-- The deliveries of this piece as commits.
insert into landing.raw.batches by name
with bringing as (

    select * from deliveries
    where ingest_seq between getvariable('from_seq') and getvariable('upto_seq')

),

counted as (

    select ingest_seq, count(*) as stored
    from (
        select ingest_seq from landing.raw.spans
        union all
        select ingest_seq from landing.raw.log_events
    )
    where ingest_seq in (select ingest_seq from bringing)
    group by ingest_seq

)

select
    ingest_seq,
    'otlp_http' as source,
    coalesce(stored, 0) as received,
    coalesce(stored, 0) as stored,
    0 as rejected,
    -- Roughly what OTLP takes.
    coalesce(stored, 0) * if(brings_feedback, 300, 1800) as bytes,
    arrived_at as committed_at
from bringing
left join counted using (ingest_seq)
order by ingest_seq
