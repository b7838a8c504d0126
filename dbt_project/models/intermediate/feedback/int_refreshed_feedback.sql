{#- Read several times in a refresh and needed no longer. -#}
{{ config(materialized='replaced', database='scratch') }}

-- Judgements that this refresh brings, and those on calls that it brings: of each call the latest, whichever of the spans
-- that tell of it was judged.
with arrived as (

    select interaction_key from {{ ref('int_feedback') }}
    where ingest_seq in (select ingest_seq from {{ ref('refresh_batches') }})

),

calls as (

    select coalesce(aliases.interaction_key, arrived.interaction_key) as interaction_key
    from arrived
    left join {{ ref('int_call_aliases') }} as aliases on arrived.interaction_key = aliases.alias_key

    union

    select {{ interaction_key() }} from {{ ref('changed_spans') }}

),

aliases as (

    select * from {{ ref('int_call_aliases') }}
    where interaction_key in (select interaction_key from calls)

),

feedback as (

    select *
    from {{ rows_by_key(
        ref('int_feedback'), 'select interaction_key from calls union all select alias_key from aliases'
    ) }}

)

select
    feedback.* replace (
        coalesce(aliases.interaction_id, feedback.interaction_id) as interaction_id,
        coalesce(aliases.interaction_key, feedback.interaction_key) as interaction_key
    )
from feedback
left join aliases on feedback.interaction_key = aliases.alias_key
qualify
    row_number() over (
        partition by coalesce(aliases.interaction_key, feedback.interaction_key)
        order by feedback.feedback_at desc, feedback.ingest_seq desc, feedback.interaction_key
    ) = 1
