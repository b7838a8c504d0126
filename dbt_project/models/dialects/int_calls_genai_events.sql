-- The GenAI conventions before messages were attributes: as events of the span, or as one prompt and one completion.
with calls as (

    select
        *,
        coalesce({{ events_in_attribute() }}, {{ events_of_span() }}) as message_events,
        {{ api_usage(json_attribute('gen_ai.usage.raw')) }} as usage
    from {{ ref('int_calls_described') }}
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
    from calls

)

select
    * exclude (attributes, usage, message_events, input, output) replace (
        {{ fill_in_usage(['usage']) }},
        case
            when attributes['gen_ai.openai.request.response_format'] in ('json_object', 'json_schema') then 'json'
            else output_type
        end as output_type
    ),
    coalesce({{ text_attribute('gen_ai.operation.name') }}, 'chat') as operation,
    {{ convert_messages('input', 'user') }} as input_messages,
    coalesce(
        {{ text_attribute('gen_ai.system_instructions') }},
        {{ event_value(
            'message_events', 'gen_ai.client.inference.operation.details', 'gen_ai.system_instructions'
        ) }}
    ) as system_instructions,
    {{ list_attribute('gen_ai.response.finish_reasons') }} as finish_reasons,
    {{ convert_messages('output', 'assistant') }} as output_messages,
    {{ metadata_attributes() }} as metadata

from told
