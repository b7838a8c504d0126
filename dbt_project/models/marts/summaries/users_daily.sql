{{
    config(
        pre_hook="{{ delete_changed('day') }}",
        post_hook="{{ set_late_feedback_measures(['day', 'user_id']) }}",
    )
}}

select
    day,
    user_id,
    min(created_at) as first_used_at,
    max(created_at) as last_used_at,
    {{ status_measures() }},
    {{ usage_measures() }},
    {{ time_measures() }},
    {{ variable_measures() }},
    {{ feedback_measures() }}

from {{ ref('interactions') }}
where day in {{ changed_keys('day') }} and user_id is not null
group by all
