select
    (select count(*) from {{ ref('failures') }}) as calls,
    (select coalesce(sum(failures), 0) from {{ ref('failure_groups') }}) as calls_in_groups,
    (select sum(estimated_cost_usd) from {{ ref('failures') }}) as cost_usd,
    (select sum(cost_wasted_usd) from {{ ref('failure_groups') }}) as cost_usd_in_groups
where calls != calls_in_groups or cost_usd is distinct from cost_usd_in_groups
