-- The names under which models were called in this refresh.
select distinct
    coalesce(provider, '') as provider,
    model_used,
    coalesce(service_tier, '') as service_tier

from {{ ref('int_interactions_normalised') }}
where model_used is not null
