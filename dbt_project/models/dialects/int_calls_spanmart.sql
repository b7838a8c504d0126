-- Ours: the keys of the GenAI conventions, and ours beside them.
with spans as (

    select * from {{ ref('changed_calls') }}
    where dialect = 'spanmart'

),

-- A response that was begun in the background, or whose stream broke, ends as the call did that retrieved it.
answered as (

    select
        spans.* exclude (attributes, status_code, status_message, events, duration_ms),
        case
            when answers.interaction_id is null then spans.attributes
            else map_concat(spans.attributes, map {'error.type': null::varchar, 'spanmart.error.code': null}, answers.answer)
        end as attributes,
        coalesce(answers.status_code, spans.status_code) as status_code,
        case when answers.interaction_id is null then spans.status_message else answers.status_message end as status_message,
        coalesce(answers.events, spans.events) as events,
        coalesce(date_diff('us', spans.started_at, answers.retrieved_at) / 1e3, spans.duration_ms) as duration_ms
    from spans
    left join {{ ref('int_retrieved_answers') }} as answers
        on spans.interaction_id = answers.interaction_id and not {{ has_usage() }}

),

calls as (

    select {{ call_columns(ours_alone=true) }} from answered

)

select
    * exclude (attributes) replace (coalesce(is_streamed, time_to_first_chunk_s is not null) as is_streamed),
    {{ text_attribute('gen_ai.operation.name') }} as operation,
    attributes['gen_ai.input.messages'] as input_messages,
    attributes['gen_ai.system_instructions'] as system_instructions,
    {{ list_attribute('gen_ai.response.finish_reasons') }} as finish_reasons,
    {{ text_attribute('spanmart.stream.state') }} as stream_state,
    {{ text_attribute('spanmart.response.refusal') }} as refusal,
    attributes['gen_ai.output.messages'] as output_messages,
    {{ json_attribute('spanmart.response.structured_output') }} as structured_output,
    {{ boolean_attribute('spanmart.response.structured_output.valid') }} as is_structured_output_valid,
    {{ prompt_and_context() }},
    {{ attributes_under('spanmart.metadata.') }} as metadata

from calls
