-- MLflow's own notation: attributes are JSON, the request and the response as the client had them.
with calls as (

    select
        *,
        {{ json_attribute('mlflow.spanInputs') }} as question,
        {{ json_attribute('mlflow.spanOutputs') }} as answer
    from {{ ref('int_calls_described') }}
    where dialect = 'mlflow'

),

told as (

    select
        *,
        upper(trim(attributes['mlflow.spanType'], '"')) = 'EMBEDDING' as is_embedding,
        coalesce(case when (answer->>'$[0].object') = 'response' then answer->'$[0]' end, answer) as response,
        {{ api_usage(json_attribute('mlflow.chat.tokenUsage')) }} as stated_usage,
        {{ api_usage("answer->'usage'") }} as usage
    from calls

)

select
    * exclude (attributes, question, answer, is_embedding, response, stated_usage, usage) replace (
        {{ fill_in_usage(['stated_usage', 'usage'], but=['reported_cost_usd']) }},
        coalesce(
            reported_cost_usd,
            try_cast({{ json_attribute('mlflow.llm.cost') }}->>'total_cost' as decimal(38, 24)),
            usage.cost
        ) as reported_cost_usd,
        coalesce(user_id, question->>'user') as user_id,
        coalesce(request_model, question->>'model', trim(attributes['model'], '"')) as request_model,
        coalesce(response_model, trim(attributes['mlflow.llm.model'], '"'), response->>'model') as response_model,
        coalesce(response_id, response->>'id') as response_id,
        coalesce(is_streamed, (question->>'stream') = 'true', false) as is_streamed,
        coalesce(response_status, response->>'status') as response_status,
        coalesce(service_tier, response->>'service_tier') as service_tier,
        coalesce(
            finish_reason, response->>'$.choices[0].finish_reason', response->>'stop_reason',
            response->>'$.incomplete_details.reason', response->>'$.candidates[0].finishReason'
        ) as finish_reason,
        case
            when
                (question->>'$.response_format.type') in ('json_object', 'json_schema')
                or (question->>'$.text.format.type') in ('json_object', 'json_schema')
                then 'json'
            else output_type
        end as output_type
    ),
    case
        when is_embedding then 'embeddings'
        when (question->>'prompt') is not null then 'text_completion'
        else 'chat'
    end as operation,
    {{ convert_messages(
        "coalesce(question->>'messages', question->>'input', question->>'contents', question->>'prompt', attributes['mlflow.spanInputs'])",
        'user'
    ) }} as input_messages,
    coalesce(question->>'instructions', question->>'system', question->>'system_instruction') as system_instructions,
    case
        when not is_embedding
            then {{ convert_messages(
                "coalesce(response->>'choices', response->>'output', response->>'content', response->>'candidates', attributes['mlflow.spanOutputs'])",
                'assistant', are_one="(response->>'choices') is null"
            ) }}
    end as output_messages

from told
