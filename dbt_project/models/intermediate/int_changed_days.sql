{{ config(materialized='incremental', incremental_strategy='append') }}
{%- set interactions = built('interactions') %}
{%- set changed = ref('stg_changed_spans') %}

-- Days whose calls change in this refresh: where a call was as well as where it is now. Days stay listed until a
-- refresh has finished, for a run that broke off may already have moved a call.
select distinct day from {{ ref('int_interactions_normalised') }}
{% if interactions %}
union
select day from {{ interactions }}
where interaction_id in (select interaction_id from {{ changed }} where is_known)
{% endif %}
