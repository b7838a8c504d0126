{{ config(materialized='view') }}

with calls as (

    -- Without the name of the file, for a copy of it may have any.
    select * from {{ ref('interactions').include(database=false) }}
    where experiment is not null

),

users as (

    select experiment, user_id, count(distinct arm) > 1 as has_crossed
    from calls
    where user_id is not null
    group by all

)

select
    experiment,
    arm,
    count(distinct user_id) as users,
    count(distinct user_id) filter (where users.has_crossed) as crossed_users,
    count(distinct session_id) as sessions,
    min(created_at) as first_used_at,
    max(created_at) as last_used_at,
    {{ status_measures() }},
    {{ usage_measures() }},
    -- In billionths of a dollar: the square of an exact cost has more digits than any type.
    sum(estimated_cost_usd::decimal(18, 9) * estimated_cost_usd::decimal(18, 9))::decimal(38, 18) as estimated_cost_usd_squares,
    {{ time_measures() }},
    -- Of 18 digits DuckDB would keep the square in 18 digits, which calls of a day overflow.
    sum(processing_time_ms::decimal(19, 3) * processing_time_ms::decimal(19, 3))::decimal(38, 6) as processing_time_ms_squares,
    {{ variable_measures() }},
    {{ feedback_measures() }},
    sum(quality_score::decimal(9, 6) * quality_score::decimal(9, 6))::decimal(38, 12) as quality_score_squares

from calls
left join users using (experiment, user_id)
group by experiment, arm
