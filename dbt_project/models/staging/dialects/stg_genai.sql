-- Ours and the current GenAI conventions: the same keys, messages as JSON attributes.
with spans as (

    select * from {{ ref('stg_changed_calls') }}
    where dialect in ('spanmart', 'gen_ai')

),

-- A response that was begun in the background, or whose stream broke, ends as the call did that retrieved it.
answered as (

    select
        spans.* exclude (attributes, status_code, status_message, events, duration_ms),
        case
            when answers.interaction_id is null then spans.attributes
            else map_concat(spans.attributes, map {'error.type': null::varchar, 'spanmart.error.code': null}, answers.answer)
        end as attributes,
        coalesce(answers.status_code, spans.status_code) as status_code,
        case when answers.interaction_id is null then spans.status_message else answers.status_message end as status_message,
        coalesce(answers.events, spans.events) as events,
        coalesce(date_diff('us', spans.started_at, answers.retrieved_at) / 1e3, spans.duration_ms) as duration_ms
    from spans
    left join {{ ref('stg_retrieved_answers') }} as answers
        on spans.interaction_id = answers.interaction_id and not {{ tells_usage() }}

)

select
    -- ids
    interaction_id,
    trace_id,
    span_id,
    ingest_seq,
    dialect,
    coalesce({{ text_attribute('session.id') }}, {{ text_attribute('gen_ai.conversation.id') }}) as session_id,
    coalesce({{ text_attribute('user.id') }}, {{ text_attribute('gen_ai.request.user') }}) as user_id,
    {{ text_attribute('gen_ai.response.id') }} as response_id,
    {{ text_attribute('spanmart.response.request_id') }} as request_id,
    service_name,
    coalesce(
        {{ text_attribute('deployment.environment.name', 'resource_attributes') }},
        {{ text_attribute('deployment.environment', 'resource_attributes') }}
    ) as environment,

    -- the request
    {{ text_attribute('gen_ai.operation.name') }} as operation,
    coalesce({{ text_attribute('gen_ai.provider.name') }}, {{ text_attribute('gen_ai.system') }}) as provider,
    {{ text_attribute('gen_ai.request.model') }} as request_model,
    {{ text_attribute('gen_ai.output.type') }} as output_type,
    coalesce(
        {{ boolean_attribute('gen_ai.request.stream') }}, {{ boolean_attribute('gen_ai.request.is_stream') }},
        attributes['gen_ai.client.operation.time_to_first_chunk'] is not null
    ) as is_streamed,
    attributes['gen_ai.input.messages'] as input_messages,
    attributes['gen_ai.system_instructions'] as system_instructions,

    -- the response
    {{ text_attribute('gen_ai.response.model') }} as response_model,
    {{ text_attribute('gen_ai.response.status') }} as response_status,
    coalesce({{ text_attribute('openai.response.service_tier') }}, {{ text_attribute('gen_ai.openai.response.service_tier') }}) as service_tier,
    {{ list_attribute('gen_ai.response.finish_reasons') }} as finish_reasons,
    coalesce(
        {{ text_attribute('spanmart.stream.state') }},
        -- So the official instrumentation calls a stream that had not said why it ends.
        case when starts_with(attributes['gen_ai.response.finish_reasons'], '["error"') then 'incomplete' end
    ) as stream_state,
    {{ text_attribute('spanmart.response.refusal') }} as refusal,
    attributes['gen_ai.output.messages'] as output_messages,
    {{ json_attribute('spanmart.response.structured_output') }} as structured_output,
    {{ boolean_attribute('spanmart.response.structured_output.valid') }} as is_structured_output_valid,

    -- usage
    {{ integer_attribute('gen_ai.usage.input_tokens') }} as input_tokens,
    coalesce(
        {{ integer_attribute('gen_ai.usage.cache_read.input_tokens') }},
        {{ integer_attribute('gen_ai.usage.cached_input_tokens') }}
    ) as cached_input_tokens,
    coalesce(
        {{ integer_attribute('gen_ai.usage.cache_write.input_tokens') }},
        {{ integer_attribute('gen_ai.usage.cache_creation.input_tokens') }}
    ) as cache_write_tokens,
    {{ integer_attribute('gen_ai.usage.output_tokens') }} as output_tokens,
    coalesce(
        {{ integer_attribute('gen_ai.usage.reasoning.output_tokens') }},
        {{ integer_attribute('gen_ai.usage.reasoning_tokens') }}
    ) as reasoning_tokens,
    {{ modality_tokens() }},
    null::bigint as cache_write_1h_tokens,
    null::bigint as web_searches,
    null::bigint as file_searches,
    null::bigint as code_interpreter_calls,
    null::decimal(38, 24) as reported_cost_usd,

    -- prompt and context
    {{ text_attribute('spanmart.interaction.type') }} as interaction_type,
    {{ text_attribute('spanmart.prompt.template_hash') }} as prompt_id,
    {{ text_attribute('gen_ai.prompt.name') }} as prompt_name,
    {{ text_attribute('gen_ai.prompt.version') }} as prompt_version,
    {{ attributes_under('gen_ai.prompt.variable.') }} as variables,
    {{ list_attribute('spanmart.prompt.required_variables') }} as required_variables,
    {{ list_attribute('spanmart.prompt.missing_variables') }} as missing_variables,
    {{ list_attribute('spanmart.prompt.invalid_variables') }} as invalid_variables,
    {{ attributes_under('spanmart.context.') }} as context,
    {{ attributes_under('spanmart.metadata.') }} as metadata,

    -- outcome
    status_code,
    status_message,
    {{ text_attribute('error.type') }} as error_type,
    {{ text_attribute('spanmart.error.code') }} as error_code,
    {{ integer_attribute('http.response.status_code') }} as http_status,
    {{ integer_attribute('http.request.resend_count') }} as resend_count,
    events,

    -- times
    started_at,
    duration_ms,
    coalesce(
        {{ double_attribute('gen_ai.response.time_to_first_chunk') }},
        {{ double_attribute('gen_ai.client.operation.time_to_first_chunk') }},
        {{ double_attribute('gen_ai.server.time_to_first_token') }}
    ) as time_to_first_chunk_s,
    ingested_at

from answered
