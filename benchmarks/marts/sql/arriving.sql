-- The calls whose spans the deliveries of this piece bring, and when each was made.
create or replace temp table arriving as
with numbered as (

    select
        ingest_seq,
        arrived_at,
        unnest(range(first_call, end_call)) as number
    from deliveries
    where not brings_feedback and ingest_seq between getvariable('from_seq') and getvariable('upto_seq')

)

select
    numbered.*,
    hours.failure_rate,
    epoch_us(hours.hour)
    + ((number - hours.first_call) / hours.calls * 3.6e9 + 4e6 * chance(number, 'second'))::bigint as started_us,
    -- Some sixteen sessions go on at any time, each of a few calls.
    hash(number // 64, hash(number) % 16, getvariable('seed')) as session,
    1 + (number > 0.35 * getvariable('calls'))::int + (number > 0.7 * getvariable('calls'))::int as newest_version
from numbered
asof join hours on numbered.number >= hours.first_call
order by ingest_seq, number
