{{
    config(
        pre_hook="{{ delete_changed('day') }}",
        post_hook="{{ set_late_feedback_measures(['day', 'interaction_type', 'prompt_name', 'prompt_version']) }}",
    )
}}

select
    day,
    interaction_type,
    prompt_name,
    prompt_version,
    {{ distinct_values('prompt_id') }} as prompt_ids,
    min(created_at) as first_used_at,
    max(created_at) as last_used_at,
    {{ status_measures() }},
    {{ usage_measures() }},
    {{ time_measures() }},
    {{ variable_measures() }},
    {{ feedback_measures() }}

from {{ ref('interactions') }}
where day in {{ changed_keys('day') }}
group by all
