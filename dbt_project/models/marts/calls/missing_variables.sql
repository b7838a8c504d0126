{{ config(pre_hook="{{ delete_changed_interactions() }}") }}

with calls as (

    select * from {{ ref('int_interactions_normalised') }}
    where not all_variables_present

),

unusable as (

    select
        interaction_id,
        unnest(list_distinct(missing_variables)) as variable,
        true as is_missing
    from calls

    union all

    -- A variable that is missing cannot be invalid as well.
    select
        interaction_id,
        unnest(list_distinct([name for name in invalid_variables if not list_contains(missing_variables, name)])),
        false
    from calls

)

select
    unusable.interaction_id,
    unusable.variable,
    case
        when not unusable.is_missing then 'invalid'
        when calls.variables[unusable.variable] is null then 'missing'
        else 'empty'
    end as reason,
    calls.interaction_type,
    calls.prompt_name,
    calls.prompt_version,
    calls.status,
    calls.session_id,
    calls.user_id,
    calls.service_name,
    calls.created_at,
    calls.day

from unusable
inner join calls using (interaction_id)
