{{ config(pre_hook="{{ delete_changed('error_fingerprint') }}") }}
{%- set quiet_time = "interval '7 days'" %}

with failures as (

    select * from {{ ref('failures') }}
    where error_fingerprint in {{ changed_keys('error_fingerprint') }}

),

spaced as (

    select
        *,
        created_at - lag(created_at) over (partition by error_fingerprint order by created_at) as time_since_last
    from failures

)

select
    error_fingerprint,
    arg_max(error_type, (created_at, interaction_id)) as error_type,
    max(error_pattern) as error_pattern,
    arg_max(interaction_id, (created_at, interaction_id)) as sample_interaction_id,
    count(*) as failures,
    count(distinct user_id) as users,
    count(distinct session_id) as sessions,
    sum(tokens_used)::bigint as tokens_wasted,
    sum(estimated_cost_usd)::decimal(38, 24) as cost_wasted_usd,
    {{ distinct_values('interaction_type') }} as interaction_types,
    {{ distinct_values('coalesce(request_model, model_used)') }} as models,
    {{ distinct_values('{prompt_name: prompt_name, prompt_version: prompt_version}', 'prompt_name') }} as prompt_versions,
    min(created_at) as first_seen_at,
    max(created_at) as last_seen_at,
    max(created_at) filter (where time_since_last >= {{ quiet_time }}) as regressed_at,
    coalesce(bool_or(time_since_last >= {{ quiet_time }}), false) as is_regressed

from spaced
group by error_fingerprint
