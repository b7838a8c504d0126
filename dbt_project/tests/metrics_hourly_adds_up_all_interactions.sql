-- Late feedback is in the sums too.
with calls as (

    select
        count(*) as interactions,
        sum(tokens_used) as tokens_used,
        sum(estimated_cost_usd) as estimated_cost_usd,
        {{ feedback_measures() }}
    from {{ ref('interactions') }}

),

hours as (

    select
        coalesce(sum(interactions), 0) as interactions,
        sum(tokens_used) as tokens_used,
        sum(estimated_cost_usd) as estimated_cost_usd,
        coalesce(sum(accepted), 0) as accepted,
        coalesce(sum(rejected), 0) as rejected,
        coalesce(sum(modified), 0) as modified,
        coalesce(sum(no_feedback), 0) as no_feedback,
        coalesce(sum(scored), 0) as scored,
        sum(quality_score_sum) as quality_score_sum,
        coalesce(sum(edits), 0) as edits,
        sum(edit_distance_sum) as edit_distance_sum
    from {{ ref('metrics_hourly') }}

)

select * from calls
except
select * from hours
