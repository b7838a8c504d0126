{{ config(materialized='incremental', incremental_strategy='append') }}
{%- set interactions = built('interactions') %}
{%- set sessions = built('sessions') %}
{%- set keys = "interactions.day, date_trunc('hour', interactions.created_at) as hour, interactions.session_id, interactions.error_fingerprint" %}

-- Where a call was as well as where it is now. Keys stay listed until a refresh has finished, for a run that broke
-- off may already have moved a call.
with touched as (

    select interaction_id, 'call' as change
    from {{ ref('stg_changed_spans') }}
    where is_known

    union all

    select interaction_id, 'feedback'
    from {{ ref('int_feedback') }}
    where ingest_seq in (select ingest_seq from {{ ref('stg_refresh_batches') }})

),

changed as (

    select distinct {{ keys }}, 'call' as change
    from {{ ref('int_interactions_normalised') }} as interactions
    {% if interactions %}
    union
    select {{ keys }}, touched.change
    from {{ interactions }} as interactions
    inner join touched using (interaction_id)
    {% endif %}

)

select * from changed
{% if sessions %}
union all
-- Between these days are the other calls of a session, which are read with the one that changes.
select unnest([started_at::date, ended_at::date]), null, session_id, null, 'session'
from {{ sessions }}
where session_id in (select session_id from changed where change = 'call')
{% endif %}
