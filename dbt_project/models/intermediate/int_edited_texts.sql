-- Answers and what users kept of them, where either is new and the app did not count the edits itself.
select
    feedback.interaction_id,
    texts.ai_response,
    feedback.final_text

from {{ ref('int_feedback') }} as feedback
inner join {{ ref('interaction_texts') }} as texts using (interaction_id)
where
    feedback.final_text is not null
    and feedback.stated_edit_distance is null
    and texts.ai_response is not null
    -- Nothing is left to compare with what retention has emptied.
    and texts.ai_response <> '[removed]'
    and (
        feedback.ingest_seq in (select ingest_seq from {{ ref('stg_refresh_batches') }})
        or feedback.interaction_id in (select interaction_id from {{ ref('stg_changed_spans') }})
    )
