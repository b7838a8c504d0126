-- Ours and the current GenAI conventions: the same keys, messages as JSON attributes.
with calls as (

    select
        *,
        case
            when dialect = 'gen_ai'
                then {{ api_usage("coalesce(" ~ json_attribute('gen_ai.usage.raw') ~ ", " ~ provider_metadata('usage') ~ ", " ~ provider_metadata('usageMetadata') ~ ")") }}
        end as usage
    from {{ ref('stg_told_calls') }}
    where dialect in ('spanmart', 'gen_ai')

)

select
    * exclude (attributes, usage) replace (
        {{ usage_filled_in(['usage']) }},
        coalesce(is_streamed, time_to_first_chunk_s is not null) as is_streamed,
        coalesce(service_tier, case when dialect = 'gen_ai' then {{ provider_metadata('serviceTier') }}->>'$' end) as service_tier
    ),

    -- the request
    {{ text_attribute('gen_ai.operation.name') }} as operation,
    coalesce(
        {{ told_messages('gen_ai.input.messages', 'user') }},
        case when dialect = 'gen_ai' then {{ as_messages(values_embedded(), 'user') }} end
    ) as input_messages,
    attributes['gen_ai.system_instructions'] as system_instructions,

    -- the response
    {{ list_attribute('gen_ai.response.finish_reasons') }} as finish_reasons,
    coalesce(
        {{ text_attribute('spanmart.stream.state') }},
        -- So the official instrumentation calls a stream that had not said why it ends; others, a response that did.
        case
            when
                starts_with(attributes['gen_ai.response.finish_reasons'], '["error"')
                and coalesce(is_streamed, time_to_first_chunk_s is not null)
                then 'incomplete'
        end
    ) as stream_state,
    {{ text_attribute('spanmart.response.refusal') }} as refusal,
    {{ told_messages('gen_ai.output.messages', 'assistant') }} as output_messages,
    {{ json_attribute('spanmart.response.structured_output') }} as structured_output,
    {{ boolean_attribute('spanmart.response.structured_output.valid') }} as is_structured_output_valid,

    -- prompt and context
    {{ attributes_under('gen_ai.prompt.variable.') }} as variables,
    {{ list_attribute('spanmart.prompt.required_variables') }} as required_variables,
    {{ list_attribute('spanmart.prompt.missing_variables') }} as missing_variables,
    {{ list_attribute('spanmart.prompt.invalid_variables') }} as invalid_variables,
    {{ attributes_under('spanmart.context.') }} as context,
    {{ told_metadata() }} as metadata

from calls
