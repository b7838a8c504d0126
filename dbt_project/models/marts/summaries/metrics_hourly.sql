{{
    config(
        pre_hook="{{ delete_changed('hour') }}",
        post_hook="{{ set_late_feedback_measures(['hour', 'interaction_type', 'status', 'request_model', 'model_used']) }}",
    )
}}

select
    date_trunc('hour', created_at) as hour,
    interaction_type,
    status,
    request_model,
    model_used,
    {{ sums_of(['interactions']) }},
    {{ usage_measures() }},
    {{ time_measures() }},
    histogram({{ step_of('processing_time_ms') }}) filter (where processing_time_ms is not null) as processing_time_histogram,
    {{ variable_measures() }},
    {{ feedback_measures() }}

from {{ ref('interactions') }}
-- By day too: each part of the table knows its days, and most parts are skipped.
where day in {{ changed_keys('day') }} and date_trunc('hour', created_at) in {{ changed_keys('hour') }}
group by all
