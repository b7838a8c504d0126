-- Logfire's instrumentation of clients: as the conventions have it, or the request and the response as they were. A
-- streamed call has two spans: one until the stream begins, which is no call by itself, and a log of the whole.
with calls as (

    select
        * exclude (is_streamed),
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
    from {{ ref('int_calls_described') }}
    where dialect = 'logfire'

),

told as (

    select
        *,
        -- No stream takes a week.
        case
            when is_streamed and {{ double_attribute('duration') }} between 0 and 604800
                then {{ double_attribute('duration') }}
        end as stream_s,
        {{ api_usage("coalesce(" ~ json_attribute('gen_ai.usage.raw') ~ ", response.usage, " ~ json_attribute('usage') ~ ")") }} as usage,
        coalesce(
            {{ input_of_events('message_events') }},
            -- Of an agent's call, to whose request the answer is added.
            case when scope_name = 'logfire.openai_agents' then {{ text_attribute('input') }} end,
            request.messages, request.input, request.prompt
        ) as input,
        coalesce(
            nullif(attributes['gen_ai.output.messages'], '[]'),
            response.message, response.combined_chunk_content, response.text,
            {{ output_of_events('message_events') }},
            case when scope_name = 'logfire.openai_agents' then {{ text_attribute('output') }} end
        ) as output,
        -- Only of responses does the request say whether it is a stream.
        request.stream is not null and request.messages is null as is_one_answer
    from calls

)

select
    * exclude (attributes, usage, message_events, request, response, stream_s, input, output, is_one_answer) replace (
        {{ fill_in_usage(['usage']) }},
        -- The log of a stream is written when it ends.
        coalesce(started_at - to_microseconds((1e6 * stream_s)::bigint), started_at) as started_at,
        coalesce(1000 * stream_s, duration_ms) as duration_ms,
        coalesce(user_id, nullif(request.user, '')) as user_id,
        coalesce(request_model, request.model) as request_model,
        case when request.response_format.type in ('json_object', 'json_schema') then 'json' else output_type end as output_type
    ),
    coalesce(
        {{ text_attribute('gen_ai.operation.name') }},
        case
            when attributes['logfire.msg_template'] like 'Embedding%' then 'embeddings'
            when request.prompt is not null then 'text_completion'
            else 'chat'
        end
    ) as operation,
    coalesce(nullif(attributes['gen_ai.input.messages'], '[]'), {{ convert_messages('input', 'user') }}) as input_messages,
    coalesce(attributes['gen_ai.system_instructions'], request.system) as system_instructions,
    coalesce({{ list_attribute('gen_ai.response.finish_reasons') }}, [response.finish_reason]) as finish_reasons,
    -- The last chunk of a chat has the reason; a stream of responses has none.
    case
        when
            is_streamed and not is_one_answer and attributes['gen_ai.output.messages'] is not null
            and ({{ json_attribute('gen_ai.output.messages') }}->>'$[0].finish_reason') is null
            then 'incomplete'
    end as stream_state,
    {{ convert_messages('output', 'assistant', are_one='is_one_answer') }} as output_messages,
    {{ metadata_attributes() }} as metadata

from told
