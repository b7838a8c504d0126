-- The Vercel AI SDK's own notation (`ai.*`), of which only the spans of single requests to a model are calls.
with spans as (

    select
        *,
        {{ attributes_under('ai.telemetry.metadata.') }} as attached,
        {{ first_text(['gen_ai.system', 'ai.model.provider']) }} as api,
        {{ first_text([
            'ai.response.text', 'ai.response.object', 'ai.result.text', 'ai.result.object',
        ]) }} as answer,
        try_cast({{ first_text(['ai.response.toolCalls', 'ai.result.toolCalls']) }} as json) as tool_calls
    from {{ ref('stg_changed_calls') }}
    where dialect = 'vercel'

),

told as (

    select
        *,
        coalesce(
            attributes['ai.prompt.messages'],
            -- Each value is JSON within a text.
            to_json([
                coalesce(try_cast(value as json)->>'$', value) for value in {{ list_attribute('ai.values') }}
            ])::varchar
        ) as input,
        case
            when answer is not null or tool_calls is not null
                then json_object(
                    'content', answer,
                    'reasoning_content', attributes['ai.response.reasoning'],
                    'tool_calls', tool_calls
                )::varchar
        end as output
    from spans

)

select
    {{ span_columns() }},
    started_at,
    duration_ms,
    {{ double_attribute('ai.response.msToFirstChunk') }} / 1000 as time_to_first_chunk_s,
    coalesce(
        {{ text_attribute('session.id') }},
        {{ first_text(['sessionId', 'session_id', 'conversationId', 'chatId', 'threadId'], 'attached') }}
    ) as session_id,
    coalesce({{ text_attribute('user.id') }}, {{ first_text(['userId', 'user_id'], 'attached') }}) as user_id,

    -- the request
    case when attributes['ai.operationId'] like '%.doEmbed' then 'embeddings' else 'chat' end as operation,
    {{ text_attribute('ai.telemetry.functionId') }} as interaction_type,
    -- `openai.chat`, `openai.responses`: one provider.
    regexp_replace(api, '\.(chat|completion|responses|embedding|messages|textEmbedding|text-embedding)$', '') as provider,
    {{ first_text(['gen_ai.request.model', 'ai.model.id']) }} as request_model,
    case when attributes['ai.operationId'] like '%Object.do%' then 'json' end as output_type,
    attributes['ai.operationId'] like '%.doStream' as is_streamed,
    {{ as_messages('input', 'user') }} as input_messages,

    -- the response
    {{ first_text(['gen_ai.response.id', 'ai.response.id']) }} as response_id,
    {{ first_text(['gen_ai.response.model', 'ai.response.model']) }} as response_model,
    coalesce(
        {{ list_attribute('gen_ai.response.finish_reasons') }},
        [{{ first_text(['ai.response.finishReason', 'ai.finishReason']) }}]
    ) as finish_reasons,
    {{ as_messages('output', 'assistant') }} as output_messages,

    -- usage
    {{ first_integer([
        'ai.usage.inputTokens', 'ai.usage.promptTokens', 'gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens',
        'ai.usage.tokens',
    ]) }} as input_tokens,
    {{ first_integer([
        'ai.usage.inputTokenDetails.cacheReadTokens', 'ai.usage.cachedInputTokens',
    ]) }} as cached_input_tokens,
    {{ integer_attribute('ai.usage.inputTokenDetails.cacheWriteTokens') }} as cache_write_tokens,
    {{ first_integer([
        'ai.usage.outputTokens', 'ai.usage.completionTokens', 'gen_ai.usage.output_tokens',
        'gen_ai.usage.completion_tokens',
    ]) }} as output_tokens,
    {{ first_integer([
        'ai.usage.outputTokenDetails.reasoningTokens', 'ai.usage.reasoningTokens',
    ]) }} as reasoning_tokens,

    -- prompt and context
    attached as metadata,

    -- outcome
    status_code,
    status_message

from told
