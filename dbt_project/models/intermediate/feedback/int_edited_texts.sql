-- Answers and what users kept of them, where either is new and the app did not count the edits itself.
with kept as (

    select * from {{ ref('int_refreshed_feedback') }}
    where final_text is not null and stated_edit_distance is null

)

select
    kept.interaction_id,
    texts.ai_response,
    kept.final_text

from kept
inner join {{ rows_by_key(ref('interaction_texts'), 'select interaction_key from kept') }} as texts using (interaction_id)
where
    texts.ai_response is not null
    -- Nothing is left to compare with what retention has emptied.
    and texts.ai_response <> '[removed]'
