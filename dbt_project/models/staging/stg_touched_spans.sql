{{ config(materialized='replaced') }}

-- The traces of which this refresh brings something, as they were before it and as they are after it: the newest copy
-- of each of their spans. A copy without its texts takes the place of one that landed long ago, not of one that
-- landed since, and one that retention took is there no more.
with arrived as (

    select * from {{ ref('stg_span_keys') }}
    where ingest_seq in (select ingest_seq from {{ ref('stg_refresh_batches') }})

),

traces as (

    select trace_key from arrived
    union all
    select trace_key from {{ ref('stg_message_keys') }}
    where ingest_seq in (select ingest_seq from {{ ref('stg_refresh_batches') }})
    union all
    select hash(trace_id) from {{ begun_before() }}
    {% for keys in [ref('stg_span_keys'), ref('stg_message_keys')] %}
    union all
    select trace_key from {{ keys }}
    where ingested_at < {{ taken_before() }}
    {% endfor %}

),

-- Only where the traces' spans are: with a second condition DuckDB would not skip what holds no such trace.
places as materialized (

    select
        rowid as place,
        ingest_seq
    from {{ ref('stg_span_keys') }}
    where trace_key in (select trace_key from traces)

),

touched as (

    select * from arrived
    union all
    select * from {{ ref('stg_span_keys') }}
    where rowid in (
        select place from places
        where ingest_seq <= (select from_seq from {{ ref('stg_refresh_window') }})
    )

)

select
    moments.is_after,
    touched.*

from touched
cross join (values (false), (true)) as moments (is_after)
where
    case
        when moments.is_after then touched.ingested_at >= {{ taken_before() }}
        else touched.ingest_seq <= (select from_seq from {{ ref('stg_refresh_window') }})
    end
qualify
    row_number() over (
        partition by moments.is_after, touched.span_key
        order by touched.ingested_at desc, touched.ingest_seq desc
    ) = 1
