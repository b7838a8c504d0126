-- The Vercel AI SDK's own notation (`ai.*`), of which only the spans of single requests to a model are calls.
with calls as (

    select
        *,
        {{ first_text([
            'ai.response.text', 'ai.response.object', 'ai.result.text', 'ai.result.object',
        ]) }} as answer,
        try_cast({{ first_text(['ai.response.toolCalls', 'ai.result.toolCalls']) }} as json) as tool_calls,
        {{ api_usage("coalesce(" ~ provider_metadata('usage') ~ ", " ~ provider_metadata('usageMetadata') ~ ")") }} as usage
    from {{ ref('int_calls_described') }}
    where dialect = 'vercel'

),

told as (

    select
        *,
        coalesce(attributes['ai.prompt.messages'], {{ embedded_values() }}) as input,
        case
            when answer is not null or tool_calls is not null
                then json_object(
                    'content', answer,
                    'reasoning_content', attributes['ai.response.reasoning'],
                    'tool_calls', tool_calls
                )::varchar
        end as output
    from calls

)

select
    * exclude (attributes, answer, tool_calls, usage, input, output) replace (
        {{ fill_in_usage(['usage']) }},
        coalesce(time_to_first_chunk_s, ms_to_first_chunk / 1000) as time_to_first_chunk_s,
        case when attributes['ai.operationId'] like '%Object.do%' then 'json' else output_type end as output_type,
        attributes['ai.operationId'] like '%.doStream' as is_streamed,
        coalesce(service_tier, {{ provider_metadata('serviceTier') }}->>'$') as service_tier
    ),
    case when attributes['ai.operationId'] like '%.doEmbed' then 'embeddings' else 'chat' end as operation,
    {{ convert_messages('input', 'user') }} as input_messages,
    {{ list_attribute('gen_ai.response.finish_reasons') }} as finish_reasons,
    {{ convert_messages('output', 'assistant') }} as output_messages,
    {{ metadata_attributes() }} as metadata

from told
