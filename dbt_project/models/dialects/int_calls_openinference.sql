-- OpenInference: messages as flat attributes, and what was sent and received as JSON beside them: of OpenAI's client, of
-- other clients, or of LangChain, which wraps them.
with calls as (

    select
        *,
        {{ attributes_under('llm.input_messages.') }} as flat_input,
        {{ attributes_under('llm.output_messages.') }} as flat_output,
        {{ attributes_under('embedding.embeddings.') }} as embedded,
        from_json(
            try_cast({{ first_text(['llm.invocation_parameters', 'embedding.invocation_parameters']) }} as json),
            '{"model": "VARCHAR", "stream": "BOOLEAN", "user": "VARCHAR", "n": "INTEGER",
                "response_format": {"type": "VARCHAR"}, "text": {"format": {"type": "VARCHAR"}}}'
        ) as parameters,
        from_json(
            {{ json_attribute('input.value') }},
            '{"model": "VARCHAR", "stream": "BOOLEAN", "messages": "VARCHAR", "input": "VARCHAR", "prompt": "VARCHAR"}'
        ) as request,
        {{ json_attribute('output.value') }} as answer,
        list_filter(
            from_json(events, '[{"name": "VARCHAR", "time_unix_nano": "BIGINT"}]'),
            lambda event: event.name = 'First Token Stream Event'
        )[1].time_unix_nano as first_token_at
    from {{ ref('int_calls_described') }}
    where dialect = 'openinference'

),

answered as (

    select
        *,
        -- As OpenAI's client gives it, alone or in a list; other clients' responses have few of these.
        from_json(
            coalesce(case when (answer->>'$[0].object') = 'response' then answer->'$[0]' end, answer),
            '{"id": "VARCHAR", "response_id": "VARCHAR", "model": "VARCHAR", "object": "VARCHAR", "status": "VARCHAR",
                "service_tier": "VARCHAR", "choices": "VARCHAR", "output": "VARCHAR",
                "incomplete_details": {"reason": "VARCHAR"}, "usage": "JSON"}'
        ) as response,
        -- What LangChain says of it.
        from_json(
            coalesce(answer->'$.generations[0][0].message.kwargs.response_metadata', answer->'llm_output'),
            '{"id": "VARCHAR", "model_name": "VARCHAR", "model": "VARCHAR", "service_tier": "VARCHAR", "status": "VARCHAR",
                "finish_reason": "VARCHAR", "stop_reason": "VARCHAR"}'
        ) as chain,
        (first_token_at - epoch_ns(started_at)) / 1e9 as waited_s
    from calls

),

told as (

    select
        *,
        {{ first_text(['llm.model_name', 'embedding.model_name']) }} as model_name,
        {{ api_usage("coalesce(response.usage, answer->'$.generations[0][0].message.kwargs.response_metadata.token_usage',"
            ~ " answer->'$.generations[0][0].message.kwargs.usage_metadata', answer->'$.llm_output.token_usage')") }} as usage,
        coalesce(
            {{ flat_messages('flat_input', wrapped=true) }},
            case
                when cardinality(embedded) > 0
                    then to_json([embedded[number || '.embedding.text'] for number in {{ numbers_in('embedded', "''", 1) }}])::varchar
            end,
            attributes['llm.prompts.0.prompt.text'],
            attributes['llm.prompts'],
            request.messages, request.input, request.prompt, attributes['input.value']
        ) as input,
        coalesce(
            response.choices,
            response.output,
            {{ flat_messages('flat_output', wrapped=true) }},
            attributes['llm.choices.0.completion.text'],
            case when response.object is null then attributes['output.value'] end
        ) as output,
        response.choices is null and coalesce(parameters.n, 1) = 1 as is_one_answer
    from answered

)

select
    * exclude (
        attributes, flat_input, flat_output, embedded, parameters, request, answer, first_token_at, response, chain, waited_s,
        model_name, usage, input, output, is_one_answer
    ) replace (
        {{ fill_in_usage(['usage']) }},
        coalesce(time_to_first_chunk_s, case when waited_s between 0 and 604800 then waited_s end) as time_to_first_chunk_s,
        coalesce(user_id, nullif(parameters.user, ''), {{ json_attribute('metadata') }}->>'user_id') as user_id,
        coalesce(
            session_id, {{ json_attribute('metadata') }}->>'session_id', {{ json_attribute('metadata') }}->>'thread_id'
        ) as session_id,
        coalesce(request_model, parameters.model, request.model, model_name) as request_model,
        case
            when coalesce(parameters.response_format.type, parameters.text.format.type) in ('json_object', 'json_schema')
                then 'json'
            else output_type
        end as output_type,
        coalesce(is_streamed, parameters.stream, request.stream, first_token_at is not null) as is_streamed,
        coalesce(response_id, nullif(response.id, '__fake_id__'), response.response_id, chain.id) as response_id,
        coalesce(response_model, response.model, chain.model_name, chain.model, model_name) as response_model,
        coalesce(response.status, response_status) as response_status,
        coalesce(response.service_tier, chain.service_tier, service_tier) as service_tier,
        case
            -- Of responses it says `stop` whatever they are.
            when response.object = 'response' then response.incomplete_details.reason
            else coalesce(finish_reason, response.incomplete_details.reason, chain.finish_reason, chain.stop_reason)
        end as finish_reason
    ),
    case
        when upper(attributes['openinference.span.kind']) = 'EMBEDDING' then 'embeddings'
        when response.object = 'text_completion' or attributes['llm.prompts.0.prompt.text'] is not null
            then 'text_completion'
        else 'chat'
    end as operation,
    {{ convert_messages('input', 'user') }} as input_messages,
    case
        when
            response.object = 'chat.completion.chunk'
            and (try_cast(response.choices as json)->>'$[0].finish_reason') is null
            then 'incomplete'
    end as stream_state,
    {{ convert_messages('output', 'assistant', are_one='is_one_answer') }} as output_messages,
    {{ map_attribute('llm.prompt_template.variables') }} as variables,
    {{ map_attribute('metadata') }} as metadata

from told
