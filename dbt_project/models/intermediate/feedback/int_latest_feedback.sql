-- The feedback of this refresh as interactions show it: with the edits counted where the app did not count them.
select
    feedback.interaction_id,
    feedback.ingest_seq,
    feedback.user_feedback,
    feedback.user_feedback_comment,
    feedback.feedback_at,
    feedback.quality_score,
    coalesce(feedback.stated_edit_distance, distances.edit_distance) as edit_distance,
    feedback.ingested_at

from {{ ref('int_refreshed_feedback') }} as feedback
left join {{ ref('int_edit_distances') }} as distances using (interaction_id)
