{#- Read by every mart and needed no longer than the refresh: in memory, so that its texts are not packed twice. -#}
{{ config(materialized='replaced', database='scratch') }}

-- One row per LLM call whose span this refresh brings, whoever instrumented it. The rules that make an interaction
-- out of a call are here, once for all dialects.
with calls as (

    select
        *,
        {{ error_class('error_type', 'exception_type') }} as error_class,
        -- Where the status is a page of code, the exception has the sentence.
        case
            when exception_message is not null and contains(status_message, 'Traceback (most recent') then exception_message
            else coalesce(status_message, exception_message)
        end as told_error,
        coalesce({{ api_error_message('told_error') }}) as error_sentence,
        {{ status_in_messages('concat_ws(chr(10), exception_message, status_message)') }} as stated_status,
        -- A prompt with so many is none; each is looked for among all variables.
        coalesce(required_variables, [])[:1000] as declared_variables,
        coalesce(invalid_variables, [])[:1000] as unusable_variables
    from {{ ref('int_calls_parsed') }}

),

named as (

    select
        * replace (
            {{ provider_name('provider', 'request_model', 'response_model') }} as provider,
            {{ model_name('request_model') }} as request_model,
            {{ model_name('response_model') }} as response_model,
            {{ openai_finish_reason('finish_reason', 'response_status', 'outputs') }} as finish_reason,
            -- What the app says is missing holds; where it says nothing: declared, but absent or empty.
            coalesce(
                missing_variables[:1000],
                [name for name in declared_variables if trim(coalesce(variables[name], '')) = '']
            ) as missing_variables,
            coalesce(variables, map {}) as variables,
            coalesce(
                refusal,
                case when ai_response is null then [part.content for part in outputs[1].parts if part.type = 'refusal'][1] end
            ) as refusal,
            coalesce(map_concat(metadata, {{ context_without_column() }}), map {}) as metadata
        ),
        {{ numeric_id("context['audience_id']") }} as audience_id,
        {{ numeric_id("context['tone_id']") }} as tone_id,
        nullif(context['category'], '') as category,
        nullif(context['session_type'], '') as session_type
    from calls

),

judged as (

    select
        *,
        {{ failure_reason() }} as failure_reason,
        {{ partial_reason() }} as partial_reason,
        {{ error_pattern('error_sentence') }} as error_pattern,
        coalesce(http_status, try_cast(stated_status as bigint)) as known_status
    from named

)

select
    -- ids
    interaction_id,
    trace_id,
    span_id,
    ingest_seq,
    dialect,
    session_id,
    user_id,
    response_id,
    request_id,
    service_name,
    environment,

    -- prompt and context
    prompt_id,
    prompt_name,
    prompt_version,
    coalesce(interaction_type, operation) as interaction_type,
    variables,
    declared_variables as required_variables,
    missing_variables,
    unusable_variables as invalid_variables,
    case
        when len(declared_variables) + len(missing_variables) + len(unusable_variables) > 0
            then len(missing_variables) + len(unusable_variables) = 0
    end as all_variables_present,
    audience_id,
    tone_id,
    category,
    session_type,
    metadata,
    nullif(metadata['experiment'], '') as experiment,
    nullif(metadata['arm'], '') as arm,

    -- the request
    operation,
    provider,
    request_model,
    coalesce(response_model, request_model) as model_used,
    coalesce(is_streamed, false) as is_streamed,
    nullif(concat_ws(
        chr(10) || chr(10),
        case
            -- Some have the same instructions among the messages too.
            when
                inputs[1].role in ('system', 'developer')
                and {{ text_of_parts('inputs[1].parts') }} = system_instructions
                then null
            when system_instructions is not null then 'system:' || chr(10) || system_instructions
        end,
        nullif({{ readable_messages('inputs', 'system_instructions is null') }}, ''),
        unparsed_input
    ), '') as rendered_prompt,
    left(coalesce(
        nullif({{ readable_messages(last_message('inputs', 'user'), 'true') }}, ''), rendered_prompt
    ), 200) as prompt_preview,
    system_instructions,
    input_messages,

    -- the response
    finish_reason,
    {{ tier_name('service_tier') }} as service_tier,
    output_messages,
    ai_response,
    refusal,
    coalesce(structured_output, case when output_type = 'json' then {{ json_of('ai_response') }} end) as structured_output,

    -- usage
    input_tokens,
    cached_input_tokens,
    cache_write_tokens,
    cache_write_1h_tokens,
    output_tokens,
    reasoning_tokens,
    input_audio_tokens,
    cached_audio_tokens,
    input_image_tokens,
    cached_image_tokens,
    output_audio_tokens,
    output_image_tokens,
    web_searches,
    file_searches,
    code_interpreter_calls,
    -- Beyond a million it is no cost, and sums would overflow.
    case when reported_cost_usd between 0 and 1000000 then reported_cost_usd end as reported_cost_usd,
    -- Cached tokens are input tokens and reasoning tokens are output tokens: neither is added again.
    case
        when coalesce(input_tokens, output_tokens) is not null
            then coalesce(input_tokens, 0) + coalesce(output_tokens, 0)
    end as tokens_used,

    -- outcome
    case
        when failure_reason is not null then 'failure'
        when partial_reason is not null then 'partial'
        else 'success'
    end as status,
    coalesce(failure_reason, partial_reason) as status_reason,
    case when failure_reason is not null then error_class end as error_type,
    case when failure_reason is not null then error_sentence end as error_message,
    case when failure_reason is not null then exception_message end as exception_message,
    case when failure_reason is not null then stack_trace end as stack_trace,
    case when failure_reason is not null then error_pattern end as error_pattern,
    case
        when failure_reason is not null
            -- Whoever reports it: clients and frameworks have classes of their own for what an API answers.
            then substr(md5(concat_ws(
                '|', coalesce(known_status::varchar, {{ short_error_type('error_class') }}, ''), coalesce(error_pattern, error_code)
            )), 1, 16)
    end as error_fingerprint,
    error_code,
    known_status as http_status,
    -- Ours leaves out a zero; others say nothing of retries at all.
    coalesce(resend_count, case when dialect = 'spanmart' then 0 end) as retry_count,

    -- times
    started_at as created_at,
    started_at::date as day,
    duration_ms as processing_time_ms,
    time_to_first_chunk_s * 1000 as time_to_first_chunk_ms,
    ingested_at

from judged
