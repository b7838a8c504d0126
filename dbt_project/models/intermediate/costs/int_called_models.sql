{{ config(materialized='replaced', relation_type='view') }}
{%- set interactions = previous_relation('interactions') if var('has_new_prices') %}
{%- set named = 'provider, model_used, service_tier, ingested_at' %}

-- The names under which models were called in this refresh, or ever where prices have changed, in each list that
-- prices these calls: the one in force now, and the one that was in force when they landed.
with calls as (

    select {{ named }} from {{ ref('int_interactions_normalised') }}
    {% if interactions %}
    union all
    select {{ named }} from {{ interactions }}
    {% endif %}

),

names as (

    select distinct
        lists.price_list,
        coalesce(calls.provider, '') as provider,
        calls.model_used,
        coalesce(calls.service_tier, '') as service_tier
    from calls
    inner join {{ ref('stg_price_lists') }} as lists
        on lists.is_in_force or (calls.ingested_at >= lists.in_force_from and calls.ingested_at < lists.in_force_to)
    where calls.model_used is not null

)

select
    names.price_list,
    names.provider,
    names.model_used,
    names.service_tier,
    known.price_provider,
    known.price_model,
    known.price_context

from names
left join {{ ref('stg_price_names') }} as known using (price_list, provider, model_used, service_tier)
