-- The calls of this refresh in all dialects, their JSON parsed. Malformed JSON becomes null, never an error.
with calls as (

    select * from {{ ref('stg_genai') }}

),

parsed as (

    select
        *,
        {{ parsed_messages('input_messages') }} as inputs,
        {{ parsed_messages('output_messages') }} as outputs,
        {{ parsed_parts('system_instructions') }} as instructions,
        case when events != '[]' then
            [
                event.attributes for event
                in from_json(events, '[{"name": "VARCHAR", "attributes": {"exception.type": "VARCHAR",
                    "exception.message": "VARCHAR", "exception.stacktrace": "VARCHAR"}}]')
                if event.name = 'exception'
            ][-1]
        end as exception
    from calls

)

select
    * exclude (input_messages, output_messages, system_instructions, instructions, exception, finish_reasons, events),
    try_cast(nullif(input_messages, '') as json) as input_messages,
    try_cast(nullif(output_messages, '') as json) as output_messages,
    -- Not the conventions' JSON: better shown as it came than not at all.
    case when inputs is null then nullif(input_messages, '') end as unparsed_input,
    coalesce({{ text_of_parts('instructions') }}, nullif(system_instructions, '')) as system_instructions,
    {{ text_of_parts('outputs[1].parts') }} as ai_response,
    coalesce(finish_reasons[1], outputs[1].finish_reason) as finish_reason,
    exception['exception.type'] as exception_type,
    exception['exception.message'] as exception_message,
    exception['exception.stacktrace'] as stack_trace

from parsed
