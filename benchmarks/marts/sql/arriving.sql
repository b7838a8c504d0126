-- The calls whose spans the deliveries of this piece bring: when each was made, what for, with which model, and how it
-- fares. In the order in which they arrive, which what is made of them keeps.
create or replace temp table arriving as
with numbered as (

    select
        ingest_seq,
        arrived_at,
        unnest(range(first_call, end_call)) as number
    from deliveries
    where not brings_feedback and ingest_seq between getvariable('from_seq') and getvariable('upto_seq')

),

timed as (

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

)

select
    timed.*,
    uses.* exclude (pick),
    uses.operation = 'embeddings' as embeds,
    if(uses.operation = 'embeddings', 'text-embedding-3-small', models.model) as model,
    if(uses.operation = 'embeddings', 'text-embedding-3-small', models.answers_as) as answers_as,
    models.reasons,
    errors.* exclude (pick),
    chance(number, 'fails') < failure_rate as fails,
    uses.operation = 'chat' and not uses.wants_json and chance(number, 'stream') < 0.25 as streams,
    chance(number, 'end') as ending
from timed
inner join uses
    on
        uses.version = newest_version - (newest_version > 1 and chance(number, 'old version') < 0.2)::int
        and uses.pick = floor(100 * chance(number, 'use'))::bigint
inner join models on models.pick = floor(100 * chance(session, 'model'))::bigint
inner join errors on errors.pick = floor(100 * chance(number, 'error'))::bigint
order by ingest_seq, number
