{{ config(materialized='view', schema='intermediate') }}

-- What each call adds to the marts that sum calls up, by whatever they can be filtered: for a part of an hour or a day,
-- and for filters that no such mart has.
select
    interaction_id,
    created_at,
    day,
    date_trunc('hour', created_at) as hour,
    created_at as first_used_at,
    created_at as last_used_at,
    interaction_type,
    status,
    provider,
    request_model,
    model_used,
    prompt_name,
    prompt_version,
    session_id,
    user_id,
    category,
    user_feedback,
    quality_score,
    error_fingerprint,
    error_message,
    processing_time_ms,
    {% for name, measure in measures_of_a_call().items() -%}
    {{ measure[0] }} as {{ name }},
    {% endfor -%}
    case
        when processing_time_ms is not null then map([{{ step_of('processing_time_ms') }}], [1::ubigint])
    end as processing_time_histogram

from {{ ref('interactions') }}
