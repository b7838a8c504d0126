{{ config(materialized='view') }}
{#- Without the name of the file, for a copy of it may have any. -#}
{%- set metrics_hourly = ref('metrics_hourly').include(database=false) %}

-- A call whose clock was wrong may lie in the future; it is not what is newest.
with newest as (

    select min(hour) as first_hour, max(hour) as last_hour
    from {{ metrics_hourly }}
    where hour <= now() at time zone 'UTC'

),

-- An hour without calls is one too, and counts in baselines.
hours as (

    select unnest(generate_series(
        greatest(first_hour, last_hour - interval '14 days' + interval '1 hour'), last_hour, interval '1 hour'
    )) as hour
    from newest

),

sums as (

    select
        hour,
        coalesce(sum(interactions), 0)::bigint as interactions,
        coalesce(sum(interactions) filter (where status = 'failure'), 0)::bigint as failures,
        coalesce(sum(interactions) filter (where status = 'partial'), 0)::bigint as partials,
        sum(estimated_cost_usd)::double as estimated_cost_usd,
        sum(tokens_used)::double as tokens_used,
        coalesce(sum(timed_interactions), 0)::bigint as timed,
        sum(processing_time_ms_sum) as processing_time_ms_sum,
        coalesce(sum(declaring_interactions), 0)::bigint as declaring,
        coalesce(sum(complete_interactions), 0)::bigint as complete,
        coalesce(sum(interactions - no_feedback), 0)::bigint as judged,
        coalesce(sum(rejected), 0)::bigint as rejected,
        coalesce(sum(scored), 0)::bigint as scored,
        sum(quality_score_sum) as quality_score_sum
    from hours
    left join {{ metrics_hourly }} as metrics using (hour)
    group by hour

),

steps as (

    select hour, unnest(map_entries(processing_time_histogram), recursive := true)
    from {{ metrics_hourly }}
    inner join hours using (hour)

),

counted as (

    select
        hour,
        key,
        sum(sum(value)) over (partition by hour order by key) as calls_upto,
        sum(sum(value)) over (partition by hour) as calls
    from steps
    group by hour, key

),

percentiles as (

    select hour, 1.02 ** (min(key) + 0.5) as p95_processing_time_ms
    from counted
    where calls_upto >= 0.95 * calls
    group by hour

),

measured as (

    select
        hour,
        unnest([
            {measure: 'interactions', value: interactions::double, sample_size: interactions},
            {measure: 'failure_rate', value: failures / nullif(interactions, 0), sample_size: interactions},
            {measure: 'partial_rate', value: partials / nullif(interactions, 0), sample_size: interactions},
            {measure: 'estimated_cost_usd', value: case when interactions = 0 then 0 else estimated_cost_usd end, sample_size: interactions},
            {measure: 'tokens_used', value: case when interactions = 0 then 0 else tokens_used end, sample_size: interactions},
            {measure: 'average_processing_time_ms', value: processing_time_ms_sum / nullif(timed, 0), sample_size: timed},
            {measure: 'p95_processing_time_ms', value: p95_processing_time_ms, sample_size: timed},
            {measure: 'data_quality_rate', value: complete / nullif(declaring, 0), sample_size: declaring},
            {measure: 'rejection_rate', value: rejected / nullif(judged, 0), sample_size: judged},
            {measure: 'average_quality_score', value: quality_score_sum / nullif(scored, 0), sample_size: scored}
        ], recursive := true)
    from sums
    left join percentiles using (hour)

),

compared as (

    select
        hour,
        measure,
        value,
        sample_size,
        avg(value) over day as mean_24h,
        stddev_samp(value) over day as stddev_24h,
        count(value) over day as hours_24h,
        avg(value) over week as mean_7d,
        stddev_samp(value) over week as stddev_7d,
        count(value) over week as hours_7d
    from measured
    window
        day as (partition by measure order by hour rows between 24 preceding and 1 preceding),
        week as (partition by measure order by hour rows between 168 preceding and 1 preceding)

)

-- The first of the two weeks is there for the baselines of the second.
select * from compared
where hour > (select last_hour - interval '7 days' from newest)
