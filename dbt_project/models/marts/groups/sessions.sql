{{
    config(
        pre_hook="{{ delete_changed('session_id') }}",
        post_hook="{{ set_late_feedback_measures(['session_id']) }}",
    )
}}

with days as (

    select unnest(generate_series(min(day)::timestamp, max(day), interval '1 day'))::date as day
    from {{ ref('int_changed_keys') }}
    where session_id is not null and change in ('call', 'session')

),

calls as (

    select
        *,
        created_at + to_microseconds(coalesce(processing_time_ms * 1000, 0)::bigint) as ended_at
    from {{ ref('interactions') }}
    where
        session_id in {{ changed_keys('session_id') }}
        -- Each part of the table knows its days, and most parts are skipped.
        and day in (select day from days)

)

select
    session_id,
    arg_min(user_id, (created_at, user_id)) as user_id,
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
