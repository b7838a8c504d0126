-- The GenAI conventions before messages were attributes: as events of the span, or as one prompt and one completion.
with spans as (

    select
        *,
        coalesce({{ events_in_attribute() }}, {{ events_of_span() }}) as message_events
    from {{ ref('stg_changed_calls') }}
    where dialect = 'gen_ai_events'

),

told as (

    select
        *,
        coalesce(
            {{ input_of_events('message_events') }},
            {{ json_attribute('gen_ai.prompt') }}->>'messages',
            attributes['gen_ai.prompt']
        ) as input,
        coalesce(
            {{ output_of_events('message_events') }},
            {{ json_attribute('gen_ai.completion') }}->>'choices',
            attributes['gen_ai.completion']
        ) as output
    from spans

)

select
    {{ span_columns() }},
    started_at,
    duration_ms,
    {{ double_attribute('gen_ai.response.time_to_first_chunk') }} as time_to_first_chunk_s,
    {{ first_text(['session.id', 'gen_ai.conversation.id']) }} as session_id,
    {{ first_text(['user.id', 'enduser.id']) }} as user_id,

    -- the request
    coalesce({{ text_attribute('gen_ai.operation.name') }}, 'chat') as operation,
    {{ first_text(['gen_ai.provider.name', 'gen_ai.system']) }} as provider,
    {{ text_attribute('gen_ai.request.model') }} as request_model,
    case
        when attributes['gen_ai.openai.request.response_format'] in ('json_object', 'json_schema') then 'json'
        else {{ text_attribute('gen_ai.output.type') }}
    end as output_type,
    {{ boolean_attribute('gen_ai.request.stream') }} as is_streamed,
    {{ as_messages('input', 'user') }} as input_messages,
    coalesce(
        {{ text_attribute('gen_ai.system_instructions') }},
        {{ said_in_event(
            'message_events', 'gen_ai.client.inference.operation.details', 'gen_ai.system_instructions'
        ) }}
    ) as system_instructions,

    -- the response
    {{ text_attribute('gen_ai.response.id') }} as response_id,
    {{ text_attribute('gen_ai.response.model') }} as response_model,
    {{ first_text(['openai.response.service_tier', 'gen_ai.openai.response.service_tier']) }} as service_tier,
    {{ list_attribute('gen_ai.response.finish_reasons') }} as finish_reasons,
    {{ as_messages('output', 'assistant') }} as output_messages,

    -- usage
    {{ first_integer(['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens']) }} as input_tokens,
    {{ first_integer([
        'gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.cache_read_input_tokens',
        'gen_ai.usage.details.cache_read_tokens',
    ]) }} as cached_input_tokens,
    {{ first_integer(['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens']) }} as output_tokens,
    {{ first_integer([
        'gen_ai.usage.reasoning.output_tokens', 'gen_ai.usage.details.reasoning_tokens',
    ]) }} as reasoning_tokens,
    {{ modality_tokens() }},

    -- outcome
    status_code,
    status_message,
    {{ text_attribute('error.type') }} as error_type,
    {{ integer_attribute('http.response.status_code') }} as http_status

from told
