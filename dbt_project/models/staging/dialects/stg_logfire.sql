-- Logfire's instrumentation of clients: as the conventions have it, or the request and the response as they were. A
-- streamed call has two spans: one until the stream begins, which is no call by itself, and a log of the whole.
with spans as (

    select
        *,
        attributes['logfire.span_type'] = 'log' as is_streamed,
        {{ events_in_attribute() }} as message_events,
        from_json(
            {{ json_attribute('request_data') }},
            '{"model": "VARCHAR", "messages": "VARCHAR", "input": "VARCHAR", "prompt": "VARCHAR", "system": "VARCHAR",
                "stream": "BOOLEAN", "user": "VARCHAR", "response_format": {"type": "VARCHAR"}}'
        ) as request,
        from_json(
            {{ json_attribute('response_data') }},
            '{"message": "VARCHAR", "combined_chunk_content": "VARCHAR", "text": "VARCHAR",
                "finish_reason": "VARCHAR", "usage": "JSON"}'
        ) as response
    from {{ ref('stg_changed_calls') }}
    where dialect = 'logfire'

),

told as (

    select
        *,
        case when is_streamed then {{ double_attribute('duration') }} end as stream_s,
        {{ openai_usage("coalesce(" ~ json_attribute('gen_ai.usage.raw') ~ ", response.usage)") }} as usage,
        coalesce(
            {{ input_of_events('message_events') }}, request.messages, request.input, request.prompt
        ) as input,
        coalesce(
            attributes['gen_ai.output.messages'],
            response.message, response.combined_chunk_content, response.text,
            {{ output_of_events('message_events') }}
        ) as output,
        -- Only of responses does the request say whether it is a stream.
        request.stream is not null and request.messages is null as is_one_answer
    from spans

)

select
    {{ span_columns() }},
    -- The log of a stream is written when it ends.
    coalesce(started_at - to_microseconds((1e6 * stream_s)::bigint), started_at) as started_at,
    coalesce(1000 * stream_s, duration_ms) as duration_ms,
    {{ first_text(['session.id', 'gen_ai.conversation.id']) }} as session_id,
    coalesce({{ text_attribute('user.id') }}, nullif(request.user, '')) as user_id,

    -- the request
    coalesce(
        {{ text_attribute('gen_ai.operation.name') }},
        case
            when attributes['logfire.msg_template'] like 'Embedding%' then 'embeddings'
            when request.prompt is not null then 'text_completion'
            else 'chat'
        end
    ) as operation,
    {{ first_text(['gen_ai.provider.name', 'gen_ai.system']) }} as provider,
    coalesce({{ text_attribute('gen_ai.request.model') }}, request.model) as request_model,
    case when request.response_format.type in ('json_object', 'json_schema') then 'json' end as output_type,
    is_streamed,
    coalesce(attributes['gen_ai.input.messages'], {{ as_messages('input', 'user') }}) as input_messages,
    coalesce(attributes['gen_ai.system_instructions'], request.system) as system_instructions,

    -- the response
    {{ text_attribute('gen_ai.response.id') }} as response_id,
    {{ text_attribute('gen_ai.response.model') }} as response_model,
    coalesce({{ list_attribute('gen_ai.response.finish_reasons') }}, [response.finish_reason]) as finish_reasons,
    -- The last chunk of a chat has the reason; a stream of responses has none.
    case
        when
            is_streamed and not is_one_answer and attributes['gen_ai.output.messages'] is not null
            and ({{ json_attribute('gen_ai.output.messages') }}->>'$[0].finish_reason') is null
            then 'incomplete'
    end as stream_state,
    {{ as_messages('output', 'assistant', are_one='is_one_answer') }} as output_messages,

    -- usage
    coalesce(
        {{ integer_attribute('gen_ai.usage.input_tokens') }}, usage.prompt_tokens, usage.input_tokens
    ) as input_tokens,
    {{ openai_part('usage', 'input', 'cached_tokens') }} as cached_input_tokens,
    {{ openai_part('usage', 'input', 'cache_write_tokens') }} as cache_write_tokens,
    coalesce(
        {{ integer_attribute('gen_ai.usage.output_tokens') }}, usage.completion_tokens, usage.output_tokens
    ) as output_tokens,
    {{ openai_part('usage', 'output', 'reasoning_tokens') }} as reasoning_tokens,
    {% for direction in ['input', 'output'] %}
    {% for kind in ['audio_tokens', 'image_tokens'] %}
    {{ openai_part('usage', direction, kind) }} as {{ direction }}_{{ kind }},
    {% endfor %}
    {% endfor %}

    -- outcome
    status_code,
    status_message

from told
