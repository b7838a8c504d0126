-- From the app or from a page, feedback is the same event. One whose label is unknown stays in the ledger.
with events as (

    select
        *,
        {{ text_attribute('gen_ai.evaluation.score.label') }} as user_feedback,
        coalesce({{ text_attribute('spanmart.interaction.id') }}, trace_id || '-' || span_id) as interaction_id,
        {{ double_attribute('gen_ai.evaluation.score.value') }} as score
    from {{ ref('stg_log_events') }}
    where
        event_name = 'gen_ai.evaluation.result'
        and attributes['gen_ai.evaluation.name'] = 'user_feedback'

)

select
    interaction_id,
    ingest_seq,
    user_feedback,
    case when score between 0 and 100 then score end as quality_score,
    {{ text_attribute('gen_ai.evaluation.explanation') }} as user_feedback_comment,
    attributes['spanmart.feedback.final_text'] as final_text,
    {{ integer_attribute('spanmart.feedback.edit_distance') }} as stated_edit_distance,
    occurred_at as feedback_at,
    ingested_at

from events
where
    user_feedback in ('accepted', 'rejected', 'modified')
    and ingest_seq not in (select ingest_seq from {{ ref('stg_set_aside') }})
    and interaction_id is not null
