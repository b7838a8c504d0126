-- OpenInference: messages as flat attributes, and what was sent and received as JSON beside them.
with spans as (

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
        -- As OpenAI's client gives it; other clients' responses have none of these.
        from_json(
            {{ json_attribute('output.value') }},
            '{"id": "VARCHAR", "model": "VARCHAR", "object": "VARCHAR", "status": "VARCHAR", "service_tier": "VARCHAR",
                "choices": "VARCHAR", "output": "VARCHAR", "incomplete_details": {"reason": "VARCHAR"}}'
        ) as response,
        list_filter(
            from_json(events, '[{"name": "VARCHAR", "time_unix_nano": "BIGINT"}]'),
            lambda event: event.name = 'First Token Stream Event'
        )[1].time_unix_nano as first_token_at
    from {{ ref('stg_changed_calls') }}
    where dialect = 'openinference'

),

told as (

    select
        *,
        {{ first_text(['llm.model_name', 'embedding.model_name']) }} as model_name,
        coalesce(
            {{ flat_messages('flat_input', wrapped=true) }},
            case
                when cardinality(embedded) > 0
                    then to_json([embedded[number || '.embedding.text'] for number in {{ numbers_in('embedded', "''", 1) }}])::varchar
            end,
            attributes['llm.prompts.0.prompt.text'],
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
    from spans

)

select
    {{ span_columns() }},
    started_at,
    duration_ms,
    (first_token_at - epoch_ns(started_at)) / 1e9 as time_to_first_chunk_s,
    {{ text_attribute('session.id') }} as session_id,
    coalesce({{ text_attribute('user.id') }}, nullif(parameters.user, '')) as user_id,

    -- the request
    case
        when upper(attributes['openinference.span.kind']) = 'EMBEDDING' then 'embeddings'
        when response.object = 'text_completion' or attributes['llm.prompts.0.prompt.text'] is not null
            then 'text_completion'
        else 'chat'
    end as operation,
    lower({{ first_text(['llm.provider', 'llm.system']) }}) as provider,
    coalesce(parameters.model, request.model, model_name) as request_model,
    case
        when coalesce(parameters.response_format.type, parameters.text.format.type) in ('json_object', 'json_schema')
            then 'json'
    end as output_type,
    coalesce(parameters.stream, request.stream, first_token_at is not null) as is_streamed,
    {{ as_messages('input', 'user') }} as input_messages,

    -- the response
    response.id as response_id,
    coalesce(response.model, model_name) as response_model,
    response.status as response_status,
    response.service_tier,
    [coalesce({{ text_attribute('llm.finish_reason') }}, response.incomplete_details.reason)] as finish_reasons,
    case
        when
            response.object = 'chat.completion.chunk'
            and (try_cast(response.choices as json)->>'$[0].finish_reason') is null
            then 'incomplete'
    end as stream_state,
    {{ as_messages('output', 'assistant', are_one='is_one_answer') }} as output_messages,

    -- usage
    {{ integer_attribute('llm.token_count.prompt') }} as input_tokens,
    {{ integer_attribute('llm.token_count.prompt_details.cache_read') }} as cached_input_tokens,
    {{ integer_attribute('llm.token_count.prompt_details.cache_write') }} as cache_write_tokens,
    {{ integer_attribute('llm.token_count.completion') }} as output_tokens,
    {{ integer_attribute('llm.token_count.completion_details.reasoning') }} as reasoning_tokens,
    {{ integer_attribute('llm.token_count.prompt_details.audio') }} as input_audio_tokens,
    {{ integer_attribute('llm.token_count.completion_details.audio') }} as output_audio_tokens,

    -- prompt and context
    {{ text_attribute('llm.prompt_template.version') }} as prompt_version,
    {{ map_attribute('llm.prompt_template.variables') }} as variables,
    {{ map_attribute('metadata') }} as metadata,

    -- outcome
    status_code,
    status_message

from told
