{{ config(materialized='replaced') }}
{%- set interactions = previous_relation('interactions') %}

-- The traces of which this refresh brings something, or whose calls may be told of by spans that it brings, as they were
-- before it and as they are after it: the newest copy of each of their spans. A copy without its texts takes the place
-- of one that landed long ago, not of one that landed since; one that has not ended takes no other's; and one that
-- retention took is there no more.
with arrived as (

    select * from {{ ref('span_keys') }}
    where ingest_seq in (select ingest_seq from {{ ref('refresh_batches') }})

),

-- Judged, and no calls that count: they may tell of one.
judged as (

    select
        trace_key,
        interaction_key
    from {{ ref('feedback_keys') }}
    where ingest_seq in (select ingest_seq from {{ ref('refresh_batches') }})

),

touched_traces as (

    select trace_key from arrived
    union all
    select trace_key from judged
    {% if interactions %}
    where interaction_key not in (
        select interaction_key from {{ interactions }} where interaction_key in (select interaction_key from judged)
    )
    {% endif %}
    union all
    select trace_key from {{ ref('message_keys') }}
    where ingest_seq in (select ingest_seq from {{ ref('refresh_batches') }})
    union all
    select hash(trace_id) from {{ interrupted_calls() }}
    {% for keys in [ref('span_keys'), ref('message_keys'), ref('feedback_keys')] %}
    union all
    select trace_key from {{ keys }}
    where ingested_at < {{ retention_cutoff() }}
    {% endfor %}

),

-- Spans in other traces that may tell of one exchange with calls of those: of the same response, or near in time. And
-- what else may be of one with these, so that each is put to the nearest.
mixed_services as (

    select service_key
    from {{ ref('span_keys') }}
    where dialect is not null
    group by service_key
    having min(scope_name) != max(scope_name)

),
{% for step in [1, 2] %}
{%- set reached = 'touched_traces' if loop.first else 'related_' ~ (step - 1) %}
calls_{{ step }} as materialized (

    select * from {{ ref('span_keys') }}
    where
        rowid in (select rowid from {{ ref('span_keys') }} where trace_key in (select trace_key from {{ reached }}))
        and dialect is not null
        -- Of a service that one instrumentation tells of there is nothing to find.
        and service_key in (select service_key from mixed_services)

),

near_{{ step }} as (

    select distinct
        service_key,
        model_key,
        scope_name,
        response_key is null as is_unnamed,
        unnest([
            started_ms // {{ longest_lead_ms() }} - 1, started_ms // {{ longest_lead_ms() }},
            started_ms // {{ longest_lead_ms() }} + 1
        ]) as moment
    from calls_{{ step }}

),

related_{{ step }} as (

    select keys.trace_key
    from {{ ref('span_keys') }} as keys
    inner join calls_{{ step }} as calls on keys.response_key = calls.response_key
    where keys.scope_name != calls.scope_name

    union all

    select keys.trace_key
    from {{ ref('span_keys') }} as keys
    inner join near_{{ step }} as near
        on
            keys.service_key = near.service_key
            and keys.started_ms // {{ longest_lead_ms() }} = near.moment
    where
        keys.scope_name != near.scope_name
        and coalesce(keys.model_key = near.model_key, true)
        and (keys.response_key is null or near.is_unnamed)

),
{% endfor %}

traces as (

    select trace_key from touched_traces
    {% for step in [1, 2] %}
    union all
    select trace_key from related_{{ step }}
    {% endfor %}

),

-- Only where the traces' spans are: with a second condition DuckDB would not skip what holds no such trace.
places as materialized (

    select
        rowid as place,
        ingest_seq
    from {{ ref('span_keys') }}
    where trace_key in (select trace_key from traces)

),

touched as (

    select * from arrived
    union all
    select * from {{ ref('span_keys') }}
    where rowid in (
        select place from places
        where ingest_seq <= (select from_seq from {{ ref('refresh_window') }})
    )

)

select
    moments.is_after,
    touched.*

from touched
cross join (values (false), (true)) as moments (is_after)
where
    case
        when moments.is_after then touched.ingested_at >= {{ retention_cutoff() }}
        else touched.ingest_seq <= (select from_seq from {{ ref('refresh_window') }})
    end
qualify
    row_number() over (
        partition by moments.is_after, touched.span_key
        order by touched.is_complete desc, touched.ingested_at desc, touched.ingest_seq desc
    ) = 1
