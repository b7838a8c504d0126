-- No call is left out of the days, and none is in two.
select
    (select count(*) from {{ ref('interactions') }}) as calls,
    (select coalesce(sum(interactions), 0) from {{ ref('costs_daily') }}) as calls_in_days,
    (select sum(estimated_cost_usd) from {{ ref('interactions') }}) as cost_usd,
    (select sum(estimated_cost_usd) from {{ ref('costs_daily') }}) as cost_usd_in_days
where calls != calls_in_days or cost_usd is distinct from cost_usd_in_days
