{{ config(materialized='incremental', incremental_strategy='append') }}
{%- set interactions = built('interactions') %}
{%- set keys = "interactions.day, date_trunc('hour', interactions.created_at) as hour, interactions.session_id, interactions.error_fingerprint" %}

-- Where a call was as well as where it is now. Keys stay listed until a refresh has finished, for a run that broke
-- off may already have moved a call.
with touched as (

    select interaction_id, false as is_only_judged
    from {{ ref('stg_changed_spans') }}
    where is_known

    union all

    select interaction_id, true
    from {{ ref('int_feedback') }}
    where ingest_seq in (select ingest_seq from {{ ref('stg_refresh_batches') }})

)

select distinct {{ keys }}, false as is_only_judged
from {{ ref('int_interactions_normalised') }} as interactions
{% if interactions %}
union
select {{ keys }}, touched.is_only_judged
from {{ interactions }} as interactions
inner join touched using (interaction_id)
{% endif %}
