{{ config(materialized='view', schema='intermediate') }}

-- For a part of an hour, whose calls can be summed up with whole ones from metrics_hourly.
select
    interaction_id,
    created_at,
    {{ hourly_metrics() }}

from {{ ref('interactions') }}
group by all
