-- The current GenAI conventions, as others write them: messages as JSON attributes.
with calls as (

    select
        *,
        {{ api_usage("coalesce(" ~ json_attribute('gen_ai.usage.raw') ~ ", " ~ provider_metadata('usage') ~ ", " ~ provider_metadata('usageMetadata') ~ ")") }} as usage
    from {{ ref('int_calls_described') }}
    where dialect = 'gen_ai'

)

select
    * exclude (attributes, usage) replace (
        {{ fill_in_usage(['usage']) }},
        coalesce(is_streamed, time_to_first_chunk_s is not null) as is_streamed,
        coalesce(service_tier, {{ provider_metadata('serviceTier') }}->>'$') as service_tier
    ),
    {{ text_attribute('gen_ai.operation.name') }} as operation,
    coalesce(
        {{ message_attribute('gen_ai.input.messages', 'user') }}, {{ convert_messages(embedded_values(), 'user') }}
    ) as input_messages,
    attributes['gen_ai.system_instructions'] as system_instructions,
    {{ list_attribute('gen_ai.response.finish_reasons') }} as finish_reasons,
    -- So the official instrumentation calls a stream that had not said why it ends; others, a response that did.
    case
        when
            starts_with(attributes['gen_ai.response.finish_reasons'], '["error"')
            and coalesce(is_streamed, time_to_first_chunk_s is not null)
            then 'incomplete'
    end as stream_state,
    {{ text_attribute('spanmart.response.refusal') }} as refusal,
    {{ message_attribute('gen_ai.output.messages', 'assistant') }} as output_messages,
    {{ prompt_and_context() }},
    {{ metadata_attributes() }} as metadata

from calls
