{{
    config(
        materialized='incremental',
        unique_key='interaction_key',
        post_hook=["{{ delete_expired(this) }}", "{{ delete_unbuilt_commits() }}"],
    )
}}

{%- set refresh_window = ref('refresh_window') %}
{#- Looked up first, for otherwise every refresh would read all feedback. -#}
{%- set is_retry = execute and is_incremental() and run_query('select is_retry from ' ~ refresh_window)[0][0] %}

-- One row per interaction that was judged: the latest judgement by the time it was given, whole. Of two with the
-- same time the one landed later wins.
with arrived as (

    select
        feedback.*,
        {{ interaction_key() }} as interaction_key
    from {{ ref('stg_feedback') }} as feedback
    where feedback.ingest_seq in (select ingest_seq from {{ ref('refresh_batches') }})
    {% if is_retry %}
    union all
    -- What a run that broke off may have put another in the place of.
    select
        feedback.*,
        {{ interaction_key() }} as interaction_key
    from {{ ref('stg_feedback') }} as feedback
    where
        feedback.ingest_seq <= (select from_seq from {{ refresh_window }})
        and feedback.ingested_at >= {{ retention_cutoff() }}
        and feedback.interaction_id in (
            select interaction_id from {{ this }}
            where ingest_seq > (select from_seq from {{ refresh_window }})
        )
    {% endif %}

),

latest as (

    select * from arrived
    qualify row_number() over (
        partition by interaction_id
        order by
            feedback_at desc, ingest_seq desc,
            -- Two in one commit with one time: any order will do, as long as it is always the same.
            user_feedback, quality_score, user_feedback_comment, final_text, stated_edit_distance
    ) = 1

)

select
    interaction_id,
    interaction_key,
    ingest_seq,
    user_feedback,
    quality_score,
    user_feedback_comment,
    final_text,
    stated_edit_distance,
    feedback_at,
    ingested_at

from latest
{% if is_incremental() %}
-- What is there landed before; it stays if it was given after.
where not exists (
    select 1 from {{ this }} as there
    where
        there.interaction_key = latest.interaction_key
        and there.feedback_at > latest.feedback_at
        and there.ingest_seq <= (select from_seq from {{ refresh_window }})
)
{% endif %}
