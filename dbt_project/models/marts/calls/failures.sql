{{
    config(
        pre_hook="{{ delete_changed_interactions() }}",
        post_hook="{{ set_new_costs(['estimated_cost_usd']) }}",
    )
}}

select
    calls.interaction_id,
    calls.interaction_type,
    calls.status_reason,
    calls.error_type,
    calls.error_message,
    calls.error_fingerprint,
    calls.error_pattern,
    calls.error_code,
    calls.http_status,
    calls.retry_count,
    calls.stack_trace,
    calls.provider,
    calls.request_model,
    calls.model_used,
    calls.prompt_name,
    calls.prompt_version,
    {{ json_object('calls.variables') }} as input_variables,
    calls.missing_variables,
    calls.prompt_preview,
    calls.session_id,
    calls.user_id,
    calls.service_name,
    calls.environment,
    calls.request_id,
    calls.processing_time_ms,
    calls.tokens_used,
    costs.estimated_cost_usd,
    calls.created_at,
    calls.day

from {{ ref('int_interactions_normalised') }} as calls
left join {{ ref('int_costs') }} as costs using (interaction_id)
where calls.status = 'failure'
