{#- Post-hook of `interactions`: feedback on calls that earlier refreshes brought. Only these columns are written,
    so that a judgement on an old call does not cost reading and writing the call again. -#}
{% macro set_late_feedback() -%}
    update {{ this }} as interactions
    set
        user_feedback = judgement.user_feedback,
        user_feedback_comment = judgement.user_feedback_comment,
        feedback_at = judgement.feedback_at,
        quality_score = judgement.quality_score,
        edit_distance = judgement.edit_distance,
        updated_at = greatest(interactions.ingested_at, judgement.ingested_at)
    from {{ ref('int_latest_feedback') }} as judgement
    where
        interactions.interaction_key = {{ interaction_key('judgement.interaction_id') }}
        and judgement.ingest_seq in (select ingest_seq from {{ ref('refresh_batches') }})
        and judgement.interaction_id not in (select interaction_id from {{ ref('changed_spans') }})
{%- endmacro %}
