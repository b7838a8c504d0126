{{ config(pre_hook="{{ delete_changed('day') }}") }}

with calls as (

    select * from {{ ref('interactions') }}
    where day in {{ changed_keys('day') }}

),

-- Calls by the whole list first: there are many calls and few lists.
lists as (

    select day, prompt_name, prompt_version, required_variables, count(*) as interactions
    from calls
    group by all

),

declared as (

    select
        day,
        prompt_name,
        prompt_version,
        unnest(list_distinct(required_variables)) as variable,
        interactions,
        null as reason
    from lists

),

unusable as (

    select
        day,
        calls.prompt_name,
        calls.prompt_version,
        unusable.variable,
        -- What the app says is missing or invalid is declared by that.
        (not list_contains(calls.required_variables, unusable.variable))::int as interactions,
        unusable.reason
    from {{ ref('missing_variables') }} as unusable
    inner join calls using (day, interaction_id)

)

select
    day,
    prompt_name,
    prompt_version,
    variable,
    sum(interactions)::bigint as interactions,
    count(*) filter (where reason = 'missing') as missing,
    count(*) filter (where reason = 'empty') as empty,
    count(*) filter (where reason = 'invalid') as invalid,
    count(reason) / sum(interactions) as unusable_rate

from (from declared union all from unusable)
group by all
