{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='interaction_id',
        post_hook="{{ delete_taken(this) }}",
    )
}}

-- One row per interaction that was judged: the latest judgement by the time it was given, whole. Of two with the
-- same time the one landed later wins.
with arrived as (

    select feedback.*
    from {{ ref('stg_feedback') }} as feedback
    where feedback.ingest_seq in (select ingest_seq from {{ ref('stg_refresh_batches') }})

),

candidates as (

    select * from arrived
    {% if is_incremental() %}
    union all by name
    select * from {{ this }} where interaction_id in (select interaction_id from arrived)
    {% endif %}

)

select
    interaction_id,
    ingest_seq,
    user_feedback,
    quality_score,
    user_feedback_comment,
    final_text,
    stated_edit_distance,
    feedback_at,
    ingested_at

from candidates
qualify row_number() over (
    partition by interaction_id
    order by
        feedback_at desc, ingest_seq desc,
        -- Two in one commit with one time: any order will do, as long as it is always the same.
        user_feedback, quality_score, user_feedback_comment, final_text, stated_edit_distance
) = 1
