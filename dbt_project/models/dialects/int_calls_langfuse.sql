-- Langfuse: an observation with its input and output as JSON or as plain text.
with calls as (

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
        {{ api_usage(json_attribute('langfuse.observation.usage_details')) }} as usage,
        {{ map_attribute('langfuse.observation.usage_details') }} as counts
    from {{ ref('int_calls_described') }}
    where dialect = 'langfuse'

),

told as (

    select
        *,
        lower(attributes['langfuse.observation.type']) = 'embedding' as is_embedding,
        -- With tools, it is within the whole request; LangChain's are among the messages, each as one of role `tool`.
        coalesce(
            question->>'messages', question->>'input', question->>'prompt',
            case
                when contains(attributes['langfuse.observation.input'], '"function"')
                    then to_json([
                        message for message in from_json(question, '["JSON"]')
                        if coalesce(message->>'role', '') != 'tool' or coalesce(message->>'$.content.type', '') != 'function'
                    ])::varchar
            end,
            attributes['langfuse.observation.input']
        ) as input,
        attributes['langfuse.observation.output'] as output,
        coalesce(answer->>'$[0].type', '') != '' as is_one_answer,
        coalesce(attributes['langfuse.observation.output'], attributes['langfuse.observation.usage_details']) is not null
            as has_answered,
        coalesce(first_token_at is not null or parameters.stream, false) as was_streamed
    from calls

)

select
    * exclude (
        attributes, observed, model, first_token_at, parameters, question, answer, usage, counts, is_embedding, input, output,
        is_one_answer, has_answered, was_streamed
    ) replace (
        {{ fill_in_usage(['usage'], but=['input_tokens', 'output_tokens', 'total_tokens', 'cache_write_tokens', 'cache_write_1h_tokens', 'reported_cost_usd']) }},
        coalesce(input_tokens, usage.prompt_tokens, usage.input_tokens, {{ langfuse_count('counts', 'input') }}) as input_tokens,
        coalesce(output_tokens, usage.completion_tokens, usage.output_tokens, {{ langfuse_count('counts', 'output') }}) as output_tokens,
        null::bigint as total_tokens,
        coalesce(cache_write_tokens, {{ langfuse_cache_writes('usage', 'counts') }}) as cache_write_tokens,
        coalesce(cache_write_1h_tokens, {{ langfuse_parts('counts', "contains(part.key, 'cache') and contains(part.key, '1h')") }})
            as cache_write_1h_tokens,
        coalesce(
            reported_cost_usd,
            try_cast({{ json_attribute('langfuse.observation.cost_details') }}->>'total' as decimal(38, 24))
        ) as reported_cost_usd,
        coalesce(nullif(attributes['langfuse.environment'], 'default'), environment) as environment,
        case
            when first_token_at >= started_at and first_token_at <= started_at + interval 7 days
                then (epoch_us(first_token_at) - epoch_us(started_at)) / 1e6
            else time_to_first_chunk_s
        end as time_to_first_chunk_s,
        coalesce(user_id, nullif(parameters.user, '')) as user_id,
        coalesce(provider, case when regexp_matches(span_name, '^OpenAI[-.]') then 'openai' end) as provider,
        -- One name: of the model that answered, or of the one that was asked where none did.
        coalesce(request_model, case when not has_answered then model end) as request_model,
        case
            when
                try_cast(observed['response_format'] as json)->>'type' != 'text'
                or parameters.response_format.type in ('json_object', 'json_schema')
                then 'json'
            else output_type
        end as output_type,
        was_streamed as is_streamed,
        coalesce(response_id, case when starts_with(observed['id'], '"resp_') then trim(observed['id'], '"') end) as response_id,
        coalesce(response_model, case when has_answered then model end) as response_model,
        coalesce(trim(observed['status'], '"'), response_status) as response_status,
        coalesce(parameters.service_tier, service_tier) as service_tier,
        case when attributes['langfuse.observation.level'] = 'ERROR' then 'ERROR' else status_code end as status_code
    ),
    case
        when is_embedding then 'embeddings'
        -- Chats have messages, as JSON; to a completion text goes in and comes out.
        when question is null and answer is null and output is not null then 'text_completion'
        else 'chat'
    end as operation,
    {{ convert_messages('input', 'user') }} as input_messages,
    {{ list_attribute('gen_ai.response.finish_reasons') }} as finish_reasons,
    -- Its handler of LangChain never tells how a stream ended.
    case
        when was_streamed and finish_reason is null and not is_one_answer and observed['ls_provider'] is null then 'incomplete'
    end as stream_state,
    case
        when not is_embedding then {{ convert_messages('output', 'assistant', are_one='is_one_answer') }}
    end as output_messages,
    -- Of OpenAI's responses it keeps their own fields there.
    case
        when observed['object'] is null
            then map_from_entries([
                struct_pack(k := entry.key, v := coalesce(try_cast(entry.value as json)->>'$', entry.value))
                for entry in map_entries(observed) if entry.key not in ('finish_reason', 'response_format')
            ])
    end as metadata

from told
