{{ config(pre_hook="{{ delete_changed('session_id', or_judged=true) }}") }}

with calls as (

    select
        *,
        created_at + to_microseconds(coalesce(processing_time_ms * 1000, 0)::bigint) as ended_at
    from {{ ref('interactions') }}
    where session_id in {{ changed('session_id', or_judged=true) }}

)

select
    session_id,
    arg_min(user_id, (created_at, interaction_id)) as user_id,
    count(distinct user_id) as users,
    {{ distinct_values('interaction_type') }} as interaction_types,
    min(created_at) as started_at,
    max(ended_at) as ended_at,
    (epoch_us(max(ended_at)) - epoch_us(min(created_at))) / 1000 as session_duration_ms,
    {{ status_measures() }},
    {{ usage_measures() }},
    {{ time_measures() }},
    {{ variable_measures() }},
    {{ feedback_measures() }}

from calls
group by session_id
