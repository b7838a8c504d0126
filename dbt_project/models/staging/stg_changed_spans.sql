{{ config(materialized='replaced') }}
{%- set interactions = built('interactions') %}
{%- set refresh_window = ref('stg_refresh_window') %}
{%- set previous = built('stg_changed_spans', 'staging') %}
{%- set retention = ref('stg_retention') %}

-- Keys only: the wide rows are read once, later.
with landed as (

    select trace_id, span_id, ingest_seq, ingested_at, ledger_row
    from {{ ref('stg_spans') }}
    where ingest_seq in (select ingest_seq from {{ ref('stg_refresh_batches') }})

),

newest as (

    select
        trace_id,
        span_id,
        arg_max(ingest_seq, (ingested_at, ingest_seq)) as ingest_seq,
        max(ingested_at) as ingested_at,
        arg_max(ledger_row, (ingested_at, ingest_seq, ledger_row)) as ledger_row,
        count(*) > count(distinct ingest_seq) as is_doubled
    from landed
    group by trace_id, span_id

),

recognised as (

    select
        newest.*,
        newest.trace_id || '-' || newest.span_id as interaction_id,
        {{ dialect() }} as dialect
    from newest
    inner join {{ ref('stg_spans') }} as spans using (ledger_row)

),

arrived as (

    select
        recognised.interaction_id,
        recognised.trace_id,
        recognised.span_id,
        recognised.ingest_seq,
        recognised.is_doubled,
        recognised.dialect,
        {% if interactions %}
        -- After a broken run some marts hold the new rows already and others do not.
        (select is_retry from {{ refresh_window }}) or interactions.interaction_id is not null as is_known
        {% else %}
        false as is_known
        {% endif %}
    from recognised
    {% if interactions %}
    left join {{ interactions }} as interactions using (interaction_id)
    -- A copy without its texts takes the place of one that landed long ago, not of one that landed since.
    where interactions.ingested_at is null or interactions.ingested_at <= recognised.ingested_at
    {% endif %}

)

select * from arrived
{% if interactions %}
union all
-- What retention took is a call no more.
select interaction_id, trace_id, span_id, ingest_seq, false as is_doubled, null as dialect, true as is_known
from {{ interactions }}
where
    ingested_at < (select max(landed_before) from {{ retention }} where takes = 'rows')
    and interaction_id not in (select interaction_id from arrived)
{% endif %}
{% if interactions and previous %}
union all
select previous.*
from {{ previous }} as previous
where
    (select is_retry from {{ refresh_window }})
    and previous.dialect is null
    and previous.is_known
    and previous.interaction_id not in (select interaction_id from arrived)
    and previous.interaction_id not in (select interaction_id from {{ interactions }})
{% endif %}
