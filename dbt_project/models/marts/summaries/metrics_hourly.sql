{{
    config(
        pre_hook="{{ delete_changed('hour') }}",
        post_hook="{{ set_late_feedback_measures(['hour', 'interaction_type', 'status', 'request_model', 'model_used']) }}",
    )
}}

select {{ hourly_metrics() }}
from {{ ref('interactions') }}
-- By day too: each part of the table knows its days, and most parts are skipped.
where day in {{ changed_keys('day') }} and date_trunc('hour', created_at) in {{ changed_keys('hour') }}
group by all
