-- The Vercel AI SDK's own notation (`ai.*`), of which only the spans of single requests to a model are calls.
with spans as (

    select
        *,
        {{ attributes_under('ai.telemetry.metadata.') }} as telemetry_metadata,
        coalesce({{ text_attribute('gen_ai.system') }}, {{ text_attribute('ai.model.provider') }}) as provider,
        coalesce(attributes['ai.response.text'], attributes['ai.response.object'], attributes['ai.result.text'], attributes['ai.result.object']) as answer,
        coalesce({{ json_attribute('ai.response.toolCalls') }}, {{ json_attribute('ai.result.toolCalls') }}) as tool_calls
    from {{ ref('stg_changed_calls') }}
    where dialect = 'vercel'

),

told as (

    select
        *,
        coalesce(
            attributes['ai.prompt.messages'],
            -- Each value is JSON within the text.
            to_json([coalesce(try_cast(value as json)->>'$', value) for value in {{ list_attribute('ai.values') }}])::varchar
        ) as input,
        case
            when answer is not null or tool_calls is not null
                then json_object('content', answer, 'reasoning_content', attributes['ai.response.reasoning'], 'tool_calls', tool_calls)::varchar
        end as output
    from spans

)

select
    {{ span_columns() }},
    started_at,
    duration_ms,
    {{ double_attribute('ai.response.msToFirstChunk') }} / 1000 as time_to_first_chunk_s,
    coalesce({{ text_attribute('session.id') }}, telemetry_metadata['sessionId'], telemetry_metadata['session_id'], telemetry_metadata['chatId'], telemetry_metadata['threadId']) as session_id,
    coalesce({{ text_attribute('user.id') }}, telemetry_metadata['userId'], telemetry_metadata['user_id']) as user_id,

    -- the request
    case when attributes['ai.operationId'] like '%.doEmbed' then 'embeddings' else 'chat' end as operation,
    {{ text_attribute('ai.telemetry.functionId') }} as interaction_type,
    -- `openai.chat`, `openai.responses`: one provider.
    regexp_replace(provider, '\.(chat|completion|responses|embedding|messages|textEmbedding|text-embedding)$', '') as provider,
    coalesce({{ text_attribute('gen_ai.request.model') }}, {{ text_attribute('ai.model.id') }}) as request_model,
    case when attributes['ai.operationId'] like '%Object.do%' then 'json' end as output_type,
    attributes['ai.operationId'] like '%.doStream' as is_streamed,
    {{ as_messages('input', 'user') }} as input_messages,

    -- the response
    coalesce({{ text_attribute('gen_ai.response.id') }}, {{ text_attribute('ai.response.id') }}) as response_id,
    coalesce({{ text_attribute('gen_ai.response.model') }}, {{ text_attribute('ai.response.model') }}) as response_model,
    coalesce(
        {{ list_attribute('gen_ai.response.finish_reasons') }},
        [coalesce({{ text_attribute('ai.response.finishReason') }}, {{ text_attribute('ai.finishReason') }})]
    ) as finish_reasons,
    {{ as_messages('output', 'assistant') }} as output_messages,

    -- usage
    coalesce(
        {{ integer_attribute('ai.usage.inputTokens') }}, {{ integer_attribute('ai.usage.promptTokens') }},
        {{ integer_attribute('gen_ai.usage.input_tokens') }}, {{ integer_attribute('gen_ai.usage.prompt_tokens') }},
        {{ integer_attribute('ai.usage.tokens') }}
    ) as input_tokens,
    coalesce({{ integer_attribute('ai.usage.inputTokenDetails.cacheReadTokens') }}, {{ integer_attribute('ai.usage.cachedInputTokens') }}) as cached_input_tokens,
    {{ integer_attribute('ai.usage.inputTokenDetails.cacheWriteTokens') }} as cache_write_tokens,
    coalesce(
        {{ integer_attribute('ai.usage.outputTokens') }}, {{ integer_attribute('ai.usage.completionTokens') }},
        {{ integer_attribute('gen_ai.usage.output_tokens') }}, {{ integer_attribute('gen_ai.usage.completion_tokens') }}
    ) as output_tokens,
    coalesce({{ integer_attribute('ai.usage.outputTokenDetails.reasoningTokens') }}, {{ integer_attribute('ai.usage.reasoningTokens') }}) as reasoning_tokens,

    -- prompt and context
    telemetry_metadata as metadata,

    -- outcome
    status_code,
    status_message

from told
