{{ config(materialized='incremental') }}
{%- set interactions = previous_relation('interactions') %}
{%- set sessions = previous_relation('sessions') %}
{%- set changed_spans = ref('changed_spans') %}
{%- set keys = "day, date_trunc('hour', created_at) as hour, session_id, error_fingerprint" %}

-- Where a call was as well as where it is now. Keys stay listed until a refresh has finished, for a run that broke
-- off may already have moved a call.
with changed as (

    select distinct {{ keys }} from {{ ref('int_interactions_normalised') }}
    {% if interactions %}
    union
    select {{ keys }}
    from {{ rows_by_key(interactions, 'select ' ~ interaction_key() ~ ' from ' ~ changed_spans ~ ' where is_known') }}
    {% endif %}
    union
    select day, hour, session_id, error_fingerprint from {{ ref('int_repriced') }}

)

select *, 'call' as change from changed
{% if sessions %}
union all
-- Between these days are the other calls of a session, which are read with the one that changes.
select unnest([started_at::date, ended_at::date]), null, session_id, null, 'session'
from {{ sessions }}
where session_id in (select session_id from changed)
{% endif %}
