{{ config(materialized='replaced') }}
{%- set previous = previous_relation('refresh_window', 'refresh') %}

-- A window that was begun and not finished is begun again, whole or in parts: everything after it can be repeated safely.
with previous as (

    {% if previous %}
    select
        case when is_finished then upto_seq else from_seq end as from_seq,
        begun_seq
    from {{ previous }}
    {% else %}
    select 0 as from_seq, 0 as begun_seq
    {% endif %}

),

waiting as (

    select
        batches.ingest_seq,
        sum(batches.stored) over (order by batches.ingest_seq) as stored_so_far,
        sum(batches.bytes) over (order by batches.ingest_seq) as bytes_so_far
    from {{ ref('stg_batches') }} as batches
    where
        batches.ingest_seq > (select from_seq from previous)
        and (batches.ingest_seq <= {{ var('last_seq') }} or {{ var('last_seq') }} = 0)

),

bounded as (

    select max(ingest_seq) as upto_seq
    from waiting
    where
        (
            (stored_so_far <= {{ var('rows_per_refresh') }} or {{ var('rows_per_refresh') }} = 0)
            and (bytes_so_far <= {{ var('bytes_per_refresh') }} or {{ var('bytes_per_refresh') }} = 0)
        )
        or ingest_seq = (select min(ingest_seq) from waiting)

)

select
    previous.from_seq::bigint as from_seq,
    coalesce(bounded.upto_seq, previous.from_seq)::bigint as upto_seq,
    greatest(previous.begun_seq, bounded.upto_seq, previous.from_seq)::bigint as begun_seq,
    previous.begun_seq > previous.from_seq as is_retry,
    false as is_finished

from previous
cross join bounded
