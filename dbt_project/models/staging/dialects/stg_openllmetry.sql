-- OpenLLMetry (Traceloop), and others that write messages as flat attributes; its newer versions write JSON.
with spans as (

    select
        *,
        {{ attributes_under('gen_ai.prompt.') }} as flat_input,
        {{ attributes_under('gen_ai.completion.') }} as flat_output,
        {{ attributes_under('traceloop.association.properties.') }} as properties
    from {{ ref('stg_changed_calls') }}
    where dialect = 'openllmetry'

),

told as (

    select
        *,
        {{ flat_messages('flat_input', wrapped=false) }} as input,
        {{ flat_messages('flat_output', wrapped=false) }} as output,
        try_cast({{ first_text(['gen_ai.is_streaming', 'llm.is_streaming']) }} as boolean) as is_streamed,
        coalesce(
            {{ list_attribute('gen_ai.response.finish_reasons') }},
            [{{ first_text(['llm.response.finish_reason', 'gen_ai.completion.0.finish_reason']) }}]
        ) as finish_reasons
    from spans

)

select
    {{ span_columns() }},
    started_at,
    duration_ms,
    coalesce(
        {{ first_text(['session.id', 'gen_ai.conversation.id']) }},
        {{ first_text(['session_id', 'thread_id', 'chat_id'], 'properties') }}
    ) as session_id,
    coalesce(
        {{ text_attribute('user.id') }},
        {{ text_attribute('user_id', 'properties') }},
        {{ first_text(['gen_ai.user', 'llm.user']) }}
    ) as user_id,

    -- the request
    case
        when attributes['gen_ai.operation.name'] != '' then attributes['gen_ai.operation.name']
        when attributes['llm.request.type'] like '%embedding' then 'embeddings'
        -- LiteLLM calls all of them so.
        when attributes['llm.request.type'] = 'completion' and scope_name != 'litellm' then 'text_completion'
        else 'chat'
    end as operation,
    lower({{ first_text(['gen_ai.provider.name', 'gen_ai.system', 'llm.vendor']) }}) as provider,
    {{ text_attribute('gen_ai.request.model') }} as request_model,
    -- A schema, or the response format that asks for none.
    case
        when
            try_cast(
                {{ first_text(['gen_ai.request.structured_output_schema', 'llm.request.structured_output_schema']) }} as json
            )->>'type' != 'text'
            then 'json'
    end as output_type,
    is_streamed,
    coalesce(attributes['gen_ai.input.messages'], {{ as_messages('input', 'user') }}) as input_messages,
    attributes['gen_ai.system_instructions'] as system_instructions,

    -- the response
    {{ text_attribute('gen_ai.response.id') }} as response_id,
    {{ text_attribute('gen_ai.response.model') }} as response_model,
    {{ first_text(['openai.response.service_tier', 'gen_ai.openai.response.service_tier']) }} as service_tier,
    finish_reasons,
    case when is_streamed and finish_reasons[1] is null then 'incomplete' end as stream_state,
    coalesce(attributes['gen_ai.output.messages'], {{ as_messages('output', 'assistant') }}) as output_messages,

    -- usage
    {{ first_integer([
        'gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens', 'llm.usage.prompt_tokens',
    ]) }} as input_tokens,
    {{ first_integer([
        'gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.cache_read_input_tokens',
    ]) }} as cached_input_tokens,
    {{ first_integer([
        'gen_ai.usage.cache_creation.input_tokens', 'gen_ai.usage.cache_creation_input_tokens',
    ]) }} as cache_write_tokens,
    {{ first_integer([
        'gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens', 'llm.usage.completion_tokens',
    ]) }} as output_tokens,
    {{ first_integer([
        'gen_ai.usage.reasoning.output_tokens', 'gen_ai.usage.reasoning_tokens',
    ]) }} as reasoning_tokens,
    {{ modality_tokens() }},

    -- prompt and context
    {{ text_attribute('traceloop.prompt.key') }} as prompt_name,
    {{ text_attribute('traceloop.prompt.version') }} as prompt_version,
    {{ map_attribute('traceloop.prompt.template_variables') }} as variables,
    properties as metadata,

    -- outcome
    status_code,
    status_message,
    {{ text_attribute('error.type') }} as error_type

from told
