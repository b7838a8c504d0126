-- The calls of this refresh with what their spans say under any of its names. What is said in JSON, and what only one
-- dialect says, its own model adds.
with spans as (

    select * from {{ ref('stg_changed_calls') }}

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
    left join {{ ref('stg_retrieved_answers') }} as answers
        on spans.interaction_id = answers.interaction_id and not {{ tells_usage() }}

)

select
    interaction_id,
    trace_id,
    span_id,
    span_name,
    scope_name,
    ingest_seq,
    dialect,
    service_name,
    coalesce(
        {{ text_attribute('deployment.environment.name', 'resource_attributes') }},
        {{ text_attribute('deployment.environment', 'resource_attributes') }}
    ) as environment,
    attributes,
    events,
    started_at,
    duration_ms,
    status_code,
    {% for column in synonyms() if column != 'stated_error' %}
    {{ told(column) }} as {{ column }},
    {% endfor %}
    coalesce(status_message, {{ told('stated_error') }}) as status_message,
    ingested_at

from answered
