-- OpenLLMetry (Traceloop), and others that write messages as flat attributes; its newer versions write JSON.
with calls as (

    select
        *,
        {{ attributes_under('gen_ai.prompt.') }} as flat_input,
        {{ attributes_under('gen_ai.completion.') }} as flat_output,
        {{ api_usage(json_of_python("attributes['metadata.usage_object']")) }} as usage
    from {{ ref('int_calls_described') }}
    where dialect = 'openllmetry'

),

told as (

    select
        *,
        {{ convert_messages(flat_messages('flat_input', wrapped=false), 'user') }} as flat_asked,
        {{ convert_messages(flat_messages('flat_output', wrapped=false), 'assistant') }} as flat_answered,
        {{ message_attribute('gen_ai.input.messages', 'user') }} as asked,
        {{ message_attribute('gen_ai.output.messages', 'assistant') }} as answered
    from calls

)

select
    * exclude (attributes, flat_input, flat_output, usage, flat_asked, flat_answered, asked, answered) replace (
        {{ fill_in_usage(['usage']) }},
        -- A schema, or the response format that asks for none.
        case
            when
                try_cast(
                    {{ first_text(['gen_ai.request.structured_output_schema', 'llm.request.structured_output_schema']) }} as json
                )->>'type' != 'text'
                then 'json'
            else output_type
        end as output_type
    ),
    case
        when attributes['gen_ai.operation.name'] = 'embedding' then 'embeddings'
        when attributes['gen_ai.operation.name'] in ('responses', 'completion', 'acompletion') then 'chat'
        when attributes['gen_ai.operation.name'] != '' then attributes['gen_ai.operation.name']
        when attributes['llm.request.type'] like '%embedding%' then 'embeddings'
        -- LiteLLM calls all of them so.
        when attributes['llm.request.type'] = 'completion' and scope_name != 'litellm' then 'text_completion'
        else 'chat'
    end as operation,
    {{ richer_messages('asked', 'flat_asked') }} as input_messages,
    attributes['gen_ai.system_instructions'] as system_instructions,
    {{ list_attribute('gen_ai.response.finish_reasons') }} as finish_reasons,
    case
        when
            is_streamed
            and coalesce({{ list_attribute('gen_ai.response.finish_reasons') }}[1], finish_reason) is null
            then 'incomplete'
    end as stream_state,
    {{ richer_messages('answered', 'flat_answered') }} as output_messages,
    {{ map_attribute('traceloop.prompt.template_variables') }} as variables,
    {{ metadata_attributes() }} as metadata

from told
