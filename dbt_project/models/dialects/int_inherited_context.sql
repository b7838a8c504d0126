-- What calls of this refresh inherit from spans above them: who, in which session, and by which prompt.
with spans as (

    select
        spans.*,
        above.call_id,
        above.told_rank,
        above.usage_rank,
        'context' as dialect
    from {{ ref('stg_spans') }} as spans
    inner join {{ ref('member_spans') }} as above using (ingest_seq, trace_id, span_id)
    where above.is_context
    qualify
        row_number() over (
            partition by above.call_id, spans.trace_id, spans.span_id
            order by spans.duration_ms is not null desc, spans.ledger_row desc
        ) = 1

)

select
    call_id,
    told_rank,
    usage_rank,
    coalesce(
        {{ synonym_value('session_id') }}, {{ json_attribute('metadata') }}->>'session_id', {{ json_attribute('metadata') }}->>'thread_id'
    ) as session_id,
    coalesce({{ synonym_value('user_id') }}, {{ json_attribute('metadata') }}->>'user_id') as user_id,
    {% for column in ['interaction_type', 'prompt_id', 'prompt_name', 'prompt_version'] %}
    {{ synonym_value(column) }} as {{ column }},
    {% endfor %}
    {{ prompt_and_context() }},
    map_concat({{ metadata_attributes() }}, coalesce({{ map_attribute('metadata') }}, map {})) as metadata

from spans
