{{ config(materialized='incremental', pre_hook="{{ delete_affected_calls() }}") }}

-- Few calls are judged: late feedback, which may be on calls of any time, is summed up without reading all calls.
select
    interactions.interaction_id,
    interaction_key,
    feedback.ingest_seq,
    interactions.day,
    date_trunc('hour', interactions.created_at) as hour,
    interactions.interaction_type,
    interactions.status,
    interactions.request_model,
    interactions.model_used,
    interactions.prompt_name,
    interactions.prompt_version,
    interactions.session_id,
    interactions.user_id,
    interactions.user_feedback,
    interactions.quality_score,
    interactions.edit_distance

from {{ rows_by_key(ref('interactions'), 'select interaction_key from ' ~ ref('int_refreshed_feedback')) }} as interactions
inner join {{ ref('int_refreshed_feedback') }} as feedback using (interaction_key)
