{{
    config(
        pre_hook="{{ delete_changed_interactions() }}",
        one_thread=true,
        post_hook=[
            "{{ set_late_feedback() }}",
            "{{ set_new_costs(['pricing_status', 'estimated_cost_usd', 'cost_at_current_prices_usd', 'booked_cost_usd']) }}",
        ],
    )
}}
-- Which rows of other marts a call was in is read before it changes.
-- depends_on: {{ ref('int_changed_keys') }}
-- What it costs is here what tells whether its price has changed: it changes here last.
-- depends_on: {{ ref('failures') }}

select
    -- ids
    calls.interaction_id,
    calls.session_id,
    calls.user_id,
    calls.prompt_id,
    calls.prompt_name,
    calls.prompt_version,

    -- what it was
    calls.interaction_type,
    calls.status,
    calls.status_reason,
    calls.operation,
    calls.provider,
    calls.request_model,
    calls.model_used,
    calls.service_tier,
    calls.is_streamed,

    -- its variables
    {{ json_object('calls.variables') }} as input_variables,
    calls.required_variables,
    calls.missing_variables,
    calls.all_variables_present,

    -- what it took
    calls.processing_time_ms,
    calls.time_to_first_chunk_ms,
    calls.input_tokens,
    calls.cached_input_tokens,
    calls.cache_write_tokens,
    calls.cache_write_1h_tokens,
    calls.output_tokens,
    calls.reasoning_tokens,
    calls.input_audio_tokens,
    calls.cached_audio_tokens,
    calls.input_image_tokens,
    calls.cached_image_tokens,
    calls.output_audio_tokens,
    calls.output_image_tokens,
    calls.web_searches,
    calls.file_searches,
    calls.code_interpreter_calls,
    calls.tokens_used,
    costs.estimated_cost_usd,
    costs.cost_at_current_prices_usd,
    costs.booked_cost_usd,
    calls.reported_cost_usd,
    costs.pricing_status,

    -- how it ended
    calls.error_type,
    calls.error_message,
    calls.error_fingerprint,
    calls.http_status,
    calls.finish_reason,

    -- what the user made of it
    coalesce(judgements.user_feedback, 'no_feedback') as user_feedback,
    judgements.user_feedback_comment,
    judgements.feedback_at,
    judgements.quality_score,
    judgements.edit_distance,

    -- its surroundings
    {{ json_object('calls.metadata', typed=true) }} as metadata,
    calls.audience_id,
    calls.tone_id,
    calls.category,
    calls.session_type,
    calls.experiment,
    calls.arm,
    calls.service_name,
    calls.environment,
    calls.dialect,

    -- where to find it
    calls.response_id,
    calls.request_id,
    calls.retry_count,
    calls.error_code,
    calls.trace_id,
    calls.span_id,
    calls.ingest_seq,
    {{ interaction_key('calls.interaction_id') }} as interaction_key,
    calls.prompt_preview,
    left(coalesce(calls.ai_response, calls.refusal), 200) as response_preview,

    -- times
    calls.created_at,
    calls.day,
    calls.ingested_at,
    greatest(calls.ingested_at, judgements.ingested_at) as updated_at

from {{ ref('int_interactions_normalised') }} as calls
left join {{ ref('int_costs') }} as costs using (interaction_id)
left join {{ ref('int_latest_feedback') }} as judgements using (interaction_id)
