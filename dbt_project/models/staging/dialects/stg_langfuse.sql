-- Langfuse: an observation with its input and output as JSON or as plain text.
with spans as (

    select
        *,
        {{ attributes_under('langfuse.observation.metadata.') }} as observed,
        {{ text_attribute('langfuse.observation.model.name') }} as model,
        try_cast(trim(attributes['langfuse.observation.completion_start_time'], '"') as timestamp) as first_token_at,
        from_json(
            {{ json_attribute('langfuse.observation.model.parameters') }},
            '{"service_tier": "VARCHAR", "stream": "BOOLEAN", "user": "VARCHAR",
                "response_format": {"type": "VARCHAR"}}'
        ) as parameters,
        {{ json_attribute('langfuse.observation.input') }} as question,
        {{ json_attribute('langfuse.observation.output') }} as answer,
        {{ map_attribute('langfuse.observation.usage_details') }} as usage,
        {{ openai_usage(json_attribute('langfuse.observation.usage_details')) }} as openai_usage
    from {{ ref('stg_changed_calls') }}
    where dialect = 'langfuse'

),

told as (

    select
        *,
        lower(attributes['langfuse.observation.type']) = 'embedding' as is_embedding,
        -- With tools, it is within the whole request.
        coalesce(
            question->>'messages', question->>'input', question->>'prompt', attributes['langfuse.observation.input']
        ) as input,
        attributes['langfuse.observation.output'] as output,
        coalesce(answer->>'$[0].type', '') != '' as is_one_answer,
        coalesce(attributes['langfuse.observation.output'], attributes['langfuse.observation.usage_details']) is not null
            as has_answered,
        coalesce(first_token_at is not null or parameters.stream, false) as is_streamed,
        trim(observed['finish_reason'], '"') as finish_reason
    from spans

)

select
    {{ span_columns(environment="nullif(attributes['langfuse.environment'], 'default')") }},
    started_at,
    duration_ms,
    (epoch_us(first_token_at) - epoch_us(started_at)) / 1e6 as time_to_first_chunk_s,
    {{ first_text(['langfuse.session.id', 'session.id']) }} as session_id,
    coalesce({{ first_text(['langfuse.user.id', 'user.id']) }}, nullif(parameters.user, '')) as user_id,

    -- the request
    case
        when is_embedding then 'embeddings'
        -- Chats have messages, as JSON; to a completion text goes in and comes out.
        when question is null and answer is null and output is not null then 'text_completion'
        else 'chat'
    end as operation,
    coalesce(
        {{ first_text(['gen_ai.provider.name', 'gen_ai.system']) }},
        case when regexp_matches(span_name, '^OpenAI[-.]') then 'openai' end
    ) as provider,
    -- One name: of the model that answered, or of the one that was asked where none did.
    case when not has_answered then model end as request_model,
    case
        when
            try_cast(observed['response_format'] as json)->>'type' != 'text'
            or parameters.response_format.type in ('json_object', 'json_schema')
            then 'json'
    end as output_type,
    is_streamed,
    {{ as_messages('input', 'user') }} as input_messages,

    -- the response
    case when starts_with(observed['id'], '"resp_') then trim(observed['id'], '"') end as response_id,
    case when has_answered then model end as response_model,
    trim(observed['status'], '"') as response_status,
    parameters.service_tier,
    [finish_reason] as finish_reasons,
    case when is_streamed and finish_reason is null and not is_one_answer then 'incomplete' end as stream_state,
    case
        when not is_embedding then {{ as_messages('output', 'assistant', are_one='is_one_answer') }}
    end as output_messages,

    -- usage
    coalesce(openai_usage.prompt_tokens, openai_usage.input_tokens, {{ langfuse_count('input') }}) as input_tokens,
    coalesce(
        {{ openai_part('openai_usage', 'input', 'cached_tokens') }},
        {{ first_integer(['input_cached_tokens', 'input_cache_read', 'cache_read_input_tokens'], 'usage') }}
    ) as cached_input_tokens,
    coalesce(
        {{ openai_part('openai_usage', 'input', 'cache_write_tokens') }},
        {{ first_integer(['input_cache_creation', 'cache_creation_input_tokens'], 'usage') }}
    ) as cache_write_tokens,
    coalesce(openai_usage.completion_tokens, openai_usage.output_tokens, {{ langfuse_count('output') }}) as output_tokens,
    coalesce(
        {{ openai_part('openai_usage', 'output', 'reasoning_tokens') }},
        {{ first_integer(['output_reasoning_tokens', 'output_reasoning'], 'usage') }}
    ) as reasoning_tokens,
    {% for direction in ['input', 'output'] %}
    {% for modality in ['audio', 'image'] %}
    {%- set kind = modality ~ '_tokens' %}
    coalesce(
        {{ openai_part('openai_usage', direction, kind) }},
        {{ first_integer([direction ~ '_' ~ kind, direction ~ '_' ~ modality], 'usage') }}
    ) as {{ direction }}_{{ kind }},
    {% endfor %}
    {% endfor %}

    -- prompt and context
    {{ text_attribute('langfuse.observation.prompt.name') }} as prompt_name,
    {{ text_attribute('langfuse.observation.prompt.version') }} as prompt_version,
    -- Of OpenAI's responses it keeps their own fields there.
    case
        when observed['object'] is null
            then map_from_entries([
                struct_pack(k := entry.key, v := coalesce(try_cast(entry.value as json)->>'$', entry.value))
                for entry in map_entries(observed) if entry.key not in ('finish_reason', 'response_format')
            ])
    end as metadata,

    -- outcome
    case when attributes['langfuse.observation.level'] = 'ERROR' then 'ERROR' else status_code end as status_code,
    coalesce(status_message, {{ text_attribute('langfuse.observation.status_message') }}) as status_message

from told
